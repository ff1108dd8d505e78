package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a file that a host holds was made of.
 *
 * @param release id of the release that the host holds
 * @param revision of the fleet source that it was made from
 * @param origin source and path of the template or file, such as {@code templates:motd.ftl}
 * @param note what keeps this from being the whole truth; absent if nothing does
 * @param lines empty for secrets and for what is no text
 */
public record ExplainView(
        String host,
        String path,
        String unit,
        String release,
        String revision,
        String origin,
        @Nullable String note,
        List<Line> lines) {

    /** @param from the lines of templates that wrote it, in order */
    public record Line(int number, String text, List<From> from, List<Variable> variables) {}

    /**
     * @param file source and path
     * @param commit that last changed the line, with its author; absent where it was not found in time
     */
    public record From(
            String file,
            int line,
            @Nullable String commit,
            @Nullable String author) {}

    /**
     * A variable that was read while the line was made.
     *
     * @param name such as {@code vars.site.port}
     * @param file source and path where the value was written; absent for what no file says, of which {@code note} speaks
     * @param line from 1, or 0
     */
    public record Variable(
            String name,
            String value,
            @Nullable String file,
            int line,
            @Nullable String commit,
            @Nullable String author,
            @Nullable String note) {}
}
