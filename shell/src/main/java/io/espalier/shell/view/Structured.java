package io.espalier.shell.view;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** A result for programs: the API's own records, with the fields and the exact times that the API has. */
public final class Structured {
    private Structured() {}

    public static String json(JsonMapper mapper, Object value) {
        return mapper.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
    }

    /** Texts in quotes, all of them: a commit such as {@code 1234e56} is a number to many readers otherwise. */
    public static String yaml(Object value) {
        var mapper = YAMLMapper.builder()
                .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                .build();
        return mapper.writeValueAsString(value);
    }
}
