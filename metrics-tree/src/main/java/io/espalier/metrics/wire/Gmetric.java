package io.espalier.metrics.wire;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A packet of Ganglia's gmond and gmetric (XDR, RFC 4506; {@code gm_protocol.x} of Ganglia 3.1 and later).
 */
public sealed interface Gmetric {
    /** With a spoofed {@code ip:name}, the name. */
    String host();

    String name();

    /**
     * What a metric is; sent before its values and again now and then.
     *
     * @param type  {@code string}, {@code uint32}, {@code float} and so on
     * @param slope {@code zero}, {@code positive}, {@code negative}, {@code both}, {@code unspecified} or
     *     {@code derivative}
     * @param extra such as GROUP, TITLE, DESC
     */
    record Metadata(
            String host,
            String name,
            String type,
            String units,
            String slope,
            long tmax,
            long dmax,
            Map<String, String> extra)
            implements Gmetric {
        public Metadata {
            extra = Map.copyOf(extra);
        }
    }

    record Number(String host, String name, double value) implements Gmetric {}

    /** What gmetric sends, numbers too: the metadata's type tells. */
    record Text(String host, String name, String value) implements Gmetric {}

    /** gmond asks others to send their metadata. */
    record Request(String host, String name) implements Gmetric {}

    /** Whether these bytes can only be such a packet: JSON and logs do not start with a NUL. */
    static boolean isOne(byte[] bytes, int from, int to) {
        if (to - from < 16 || bytes[from] != 0 || bytes[from + 1] != 0 || bytes[from + 2] != 0) {
            return false;
        }
        int id = bytes[from + 3] & 0xff;
        return id >= 128 && id <= 136;
    }

    static Gmetric read(byte[] bytes, int from, int to) throws BadWireException {
        return new Reader(bytes, from, to).packet();
    }

    /** XDR: big-endian words of four bytes, texts with their length before them and padded to a word. */
    final class Reader {
        private static final int MAX_NAME = 255;
        private static final int MAX_TEXT = 1400;
        private static final int MAX_EXTRA = 64;
        private static final String[] SLOPES = {"zero", "positive", "negative", "both", "unspecified", "derivative"};

        private final byte[] bytes;
        private final int start;
        private final int end;
        private int at;

        private Reader(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            start = from;
            at = from;
            end = to;
        }

        private Gmetric packet() throws BadWireException {
            long id = word();
            String rawHost = text(MAX_NAME);
            String name = text(MAX_NAME);
            boolean isSpoofed = word() != 0;
            int colon = isSpoofed ? rawHost.lastIndexOf(':') : -1;
            String host = rawHost.substring(colon + 1);
            if (host.isEmpty() || name.isEmpty()) {
                throw bad("a packet without host or name");
            }
            if (id == 128) {
                return metadata(host, name);
            }
            if (id == 136) {
                return new Request(host, name);
            }
            text(MAX_NAME);
            return switch ((int) id) {
                case 129 -> new Number(host, name, (double) (word() & 0xffff));
                case 130 -> new Number(host, name, (short) word());
                case 131 -> new Number(host, name, (int) word());
                case 132 -> new Number(host, name, (double) word());
                case 133 -> new Text(host, name, text(MAX_TEXT));
                case 134 -> number(host, name, Float.intBitsToFloat((int) word()));
                case 135 -> number(host, name, Double.longBitsToDouble(word() << 32 | word()));
                default -> throw bad("a packet of kind " + id);
            };
        }

        private Gmetric number(String host, String name, double value) throws BadWireException {
            if (!Double.isFinite(value)) {
                throw bad("a value that is no finite number");
            }
            return new Number(host, name, value);
        }

        private Gmetric metadata(String host, String name) throws BadWireException {
            String type = text(MAX_NAME);
            text(MAX_NAME);
            String units = text(MAX_NAME);
            long slope = word();
            long tmax = word();
            long dmax = word();
            long count = word();
            if (count > MAX_EXTRA) {
                throw bad(count + " extra fields (at most " + MAX_EXTRA + ")");
            }
            var extra = new LinkedHashMap<String, String>();
            for (int i = 0; i < count; i++) {
                extra.put(text(MAX_NAME), text(MAX_TEXT));
            }
            String slopeName = slope < SLOPES.length ? SLOPES[(int) slope] : "unspecified";
            return new Metadata(host, name, type, units, slopeName, tmax, dmax, extra);
        }

        private long word() throws BadWireException {
            if (end - at < 4) {
                throw bad("it ends too early");
            }
            long value = (bytes[at] & 0xffL) << 24
                    | (bytes[at + 1] & 0xffL) << 16
                    | (bytes[at + 2] & 0xffL) << 8
                    | bytes[at + 3] & 0xffL;
            at += 4;
            return value;
        }

        /** With control characters replaced: one malformed name must not spoil what lists them all. */
        private String text(int max) throws BadWireException {
            long length = word();
            if (length > max || length > end - at) {
                throw bad("a text of " + length + " bytes (at most " + Math.min(max, end - at) + ")");
            }
            String text = new String(bytes, at, (int) length, StandardCharsets.UTF_8);
            at = Math.min(end, at + ((int) length + 3 & ~3));
            return text.replaceAll("\\p{Cntrl}", "_");
        }

        private BadWireException bad(String what) {
            return new BadWireException(what, at - start);
        }
    }
}
