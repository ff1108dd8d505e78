package io.espalier.metrics.pipe;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes small databases in MaxMind's format 2.0: IPv4, records of 24 bits, strings and maps. */
final class MmdbWriter {
    private static final int EMPTY = -1;

    /** Two records a node: an index of a node, or {@code -2 - offset} of data, or EMPTY. */
    private final List<int[]> nodes = new ArrayList<>(List.of(new int[] {EMPTY, EMPTY}));

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** @param network such as {@code 10.0.0.0/8} */
    MmdbWriter put(String network, Map<String, Object> value) throws Exception {
        int at = data.size();
        write(data, value);
        byte[] address = InetAddress.getByName(network.split("/")[0]).getAddress();
        int bits = Integer.parseInt(network.split("/")[1]);
        int node = 0;
        for (int bit = 0; bit < bits; bit++) {
            int side = address[bit / 8] >> (7 - bit % 8) & 1;
            if (bit == bits - 1) {
                nodes.get(node)[side] = -2 - at;
            } else {
                if (nodes.get(node)[side] < 0) {
                    nodes.get(node)[side] = nodes.size();
                    nodes.add(new int[] {EMPTY, EMPTY});
                }
                node = nodes.get(node)[side];
            }
        }
        return this;
    }

    byte[] bytes() {
        var out = new ByteArrayOutputStream();
        for (int[] node : nodes) {
            for (int record : node) {
                int value = record >= 0 ? record : record == EMPTY ? nodes.size() : nodes.size() + 16 - record - 2;
                out.write(value >> 16);
                out.write(value >> 8);
                out.write(value);
            }
        }
        out.writeBytes(new byte[16]);
        out.writeBytes(data.toByteArray());
        out.writeBytes(new byte[] {(byte) 0xab, (byte) 0xcd, (byte) 0xef});
        out.writeBytes("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
        write(
                out,
                Map.of(
                        "node_count",
                        nodes.size(),
                        "record_size",
                        (short) 24,
                        "ip_version",
                        (short) 4,
                        "database_type",
                        "Test-Country",
                        "languages",
                        List.of("en"),
                        "binary_format_major_version",
                        (short) 2,
                        "binary_format_minor_version",
                        (short) 0,
                        "build_epoch",
                        1_700_000_000L,
                        "description",
                        Map.of("en", "test")));
        return out.toByteArray();
    }

    /** Types: 2 text, 5 uint16, 6 uint32, 7 map, 9 uint64, 11 array; from 8 on in a byte of its own. */
    private static void write(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case String text -> {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                out.write(2 << 5 | utf8.length);
                out.writeBytes(utf8);
            }
            case Map<?, ?> map -> {
                out.write(7 << 5 | map.size());
                map.forEach((name, inner) -> {
                    write(out, name);
                    write(out, inner);
                });
            }
            case List<?> list -> {
                out.write(list.size());
                out.write(11 - 7);
                list.forEach(inner -> write(out, inner));
            }
            case Short number -> number(out, 5 << 5 | 2, number, 2);
            case Integer number -> number(out, 6 << 5 | 4, number, 4);
            case Long number -> {
                out.write(8);
                number(out, 9 - 7, number, 8);
            }
            default -> throw new IllegalArgumentException(value.getClass().toString());
        }
    }

    private static void number(ByteArrayOutputStream out, int control, long value, int size) {
        out.write(control);
        for (int i = size - 1; i >= 0; i--) {
            out.write((int) (value >> (8 * i)));
        }
    }
}
