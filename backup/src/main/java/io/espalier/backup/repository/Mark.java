package io.espalier.backup.repository;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Packs that no snapshot needed at {@code at}. A session that begins from then on does not rely on them. */
public record Mark(Instant at, List<ObjectName> packs) {

    private static final byte[] MAGIC = "esmark1\n".getBytes(StandardCharsets.US_ASCII);

    public Mark {
        packs = packs.stream().sorted().toList();
    }

    public byte[] bytes() {
        var out = new ByteWriter().raw(MAGIC).number(at.toEpochMilli()).number(packs.size());
        packs.forEach(pack -> out.raw(pack.hash()));
        return out.toBytes();
    }

    public static Mark parse(byte[] bytes) throws FormatException {
        var in = new ByteReader(bytes);
        if (!Arrays.equals(in.raw(8), MAGIC)) {
            throw new FormatException("not a mark");
        }
        Instant at = Instant.ofEpochMilli(in.number());
        var packs = new ArrayList<ObjectName>();
        for (int left = in.count(32); left > 0; left--) {
            packs.add(ObjectName.ofHash(Kind.PACK, in.raw(32)));
        }
        in.end();
        return new Mark(at, packs);
    }

    /** All marks that are there. */
    public static Map<ObjectName, Mark> all(ObjectReader store) throws IOException {
        Map<ObjectName, Mark> marks = new TreeMap<>();
        for (ObjectName name : store.list(Kind.MARK)) {
            try {
                marks.put(name, parse(store.get(name)));
            } catch (StoreException e) {
                if (e.reason() != StoreException.Reason.NOT_FOUND) {
                    throw e;
                }
            }
        }
        return marks;
    }
}
