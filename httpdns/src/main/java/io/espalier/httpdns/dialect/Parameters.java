package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a query, in order. Of several with the same name the first counts. */
final class Parameters {
    static final int MAX = 64;

    private record Parameter(String name, @Nullable String value) {}

    private final List<Parameter> all;

    private Parameters(List<Parameter> all) {
        this.all = all;
    }

    /** @throws RefusedException if there are more than {@link #MAX}, or one is badly encoded */
    static Parameters parse(String query) throws RefusedException {
        var all = new ArrayList<Parameter>();
        for (var from = 0; from < query.length(); ) {
            var end = query.indexOf('&', from);
            end = end < 0 ? query.length() : end;
            if (end > from) {
                if (all.size() == MAX) {
                    throw new RefusedException(Reason.BAD_PARAMETER, "more than " + MAX + " parameters");
                }
                var equals = query.indexOf('=', from);
                all.add(
                        equals < 0 || equals >= end
                                ? new Parameter(decode(query.substring(from, end)), null)
                                : new Parameter(
                                        decode(query.substring(from, equals)),
                                        decode(query.substring(equals + 1, end))));
            }
            from = end + 1;
        }
        return new Parameters(all);
    }

    static String decode(String text) throws RefusedException {
        if (text.chars().allMatch(c -> c < 0x80 && c != '%' && c != '+')) {
            return text;
        }
        var bytes = new byte[text.length()];
        var length = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length()
                        || !HexFormat.isHexDigit(text.charAt(i + 1))
                        || !HexFormat.isHexDigit(text.charAt(i + 2))) {
                    throw new RefusedException(Reason.BAD_PARAMETER, "a % that two hex digits do not follow");
                }
                bytes[length++] = (byte) HexFormat.fromHexDigits(text, i + 1, i + 3);
                i += 2;
            } else if (c <= 0xff) {
                // HTTP's own text is bytes; what is beyond ASCII there was UTF-8 that nobody encoded.
                bytes[length++] = (byte) (c == '+' ? ' ' : c);
            } else {
                throw new RefusedException(Reason.BAD_PARAMETER, "a parameter that is not UTF-8");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RefusedException(Reason.BAD_PARAMETER, "a parameter that is not UTF-8");
        }
    }

    boolean has(String name) {
        return first(name) != null;
    }

    @Nullable
    String first(String name) {
        for (var parameter : all) {
            if (parameter.value != null && parameter.name.equals(name)) {
                return parameter.value;
            }
        }
        return null;
    }

    String first(String name, String otherwise) {
        var value = first(name);
        return value == null ? otherwise : value;
    }

    /** The values of all parameters with one of these names, and what stands alone without {@code =}. */
    List<String> valuesAndBare(List<String> names) {
        var values = new ArrayList<String>();
        for (var parameter : all) {
            if (parameter.value == null) {
                values.add(parameter.name);
            } else if (names.contains(parameter.name)) {
                values.add(parameter.value);
            }
        }
        return values;
    }

    /** The values of all parameters with this name. */
    List<String> values(String name) {
        return all.stream()
                .filter(parameter -> parameter.name.equals(name))
                .<String>mapMulti((parameter, sink) -> {
                    if (parameter.value != null) {
                        sink.accept(parameter.value);
                    }
                })
                .toList();
    }

    /** Names of all parameters that have a value. */
    List<String> names() {
        return all.stream()
                .filter(parameter -> parameter.value != null)
                .map(Parameter::name)
                .distinct()
                .toList();
    }

    /** True for 1 and true, false for anything else. */
    boolean isSet(String name) {
        var value = first(name, "");
        return value.equals("1") || value.equalsIgnoreCase("true");
    }
}
