package io.espalier.metrics.pipe;

import com.maxmind.db.Reader;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.KeyHash;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code geo,DE}: requests by country, after a file in MaxMind's format that the user has (GeoLite2, DB-IP and
 * others). What the file does not know is {@code unknown}. Each address is looked up once, as long as it is
 * remembered; no name is ever resolved.
 */
public final class GeoPipe implements Pipe {
    private static final int REMEMBERED = 1 << 15;
    private static final int MAX_LENGTH = 64;
    private static final String UNKNOWN = "unknown";

    /** Makes them, all from one file. */
    public static final class Factory implements Pipe.Factory {
        private final Reader database;

        /** @throws IOException if the file cannot be read or is no such database */
        public Factory(Path file) throws IOException {
            // In the heap: a mapped file that is cut under the process would end the process.
            database = new Reader(file.toFile(), Reader.FileMode.MEMORY);
        }

        @Override
        public String name() {
            return "geo";
        }

        @Override
        public boolean fits(LogFormat format) {
            return format.has(Field.HOST);
        }

        @Override
        public Pipe init() {
            return new GeoPipe(database);
        }
    }

    private static final class Count {
        private long n;
    }

    private final Reader database;
    private final byte[][] texts = new byte[REMEMBERED][];
    private final Count[] counts = new Count[REMEMBERED];
    private final Map<String, Count> countries = new HashMap<>();

    private GeoPipe(Reader database) {
        this.database = database;
    }

    @Override
    public void process(LogRecord line) {
        if (!line.has(Field.HOST)) {
            return;
        }
        byte[] bytes = line.bytes();
        int from = line.from(Field.HOST);
        int length = Math.min(line.to(Field.HOST) - from, MAX_LENGTH);
        int slot = KeyHash.of(bytes, from, length) & REMEMBERED - 1;
        byte[] text = texts[slot];
        if (text == null || !Arrays.equals(text, 0, text.length, bytes, from, from + length)) {
            texts[slot] = Arrays.copyOfRange(bytes, from, from + length);
            String country = country(new String(bytes, from, length, StandardCharsets.US_ASCII));
            counts[slot] = countries.computeIfAbsent(country, _ -> new Count());
        }
        counts[slot].n++;
    }

    private String country(String host) {
        // The first of a list is the client; a port or brackets may stand around an address.
        String first = host.split("[, ]", 2)[0].replace("[", "").replace("]", "");
        try {
            return database.get(InetAddress.ofLiteral(first), Map.class) instanceof Map<?, ?> found
                    ? code(found)
                    : UNKNOWN;
        } catch (IllegalArgumentException | IOException e) {
            return UNKNOWN;
        }
    }

    private static String code(Map<?, ?> found) {
        for (String name : new String[] {"country", "registered_country"}) {
            if (found.get(name) instanceof Map<?, ?> country && country.get("iso_code") instanceof String code) {
                return code;
            }
            if (found.get(name) instanceof String code) {
                return code;
            }
        }
        return found.get("country_code") instanceof String code ? code : UNKNOWN;
    }

    @Override
    public void flush(Batch batch) {
        batch.enter("geo");
        countries.forEach((country, count) -> {
            if (count.n > 0) {
                Pipes.one(batch, country, count.n);
                count.n = 0;
            }
        });
        batch.leave();
    }
}
