package io.espalier.backup.server;

import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectReader;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.repository.StoreException.Reason;
import io.espalier.backup.transport.Ask;
import io.espalier.backup.transport.Auid;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Answers what hosts ask of their stores. A host that backs up sees the names of its packs and its own indexes, marks and
 * keys, which it needs to find duplicates; content it sees only while a restore lets it.
 */
public final class Lookups {
    private static final Set<Kind> LISTED = EnumSet.of(Kind.PACK, Kind.INDEX, Kind.MARK, Kind.KEY);
    private static final Set<Kind> READ = EnumSet.of(Kind.INDEX, Kind.MARK, Kind.KEY);

    private Lookups() {}

    /** For a host that backs up, which was proven to be it. */
    public static byte[] answer(Stores stores, Auid auid, byte[] question) {
        try {
            return answer(stores.of(auid), question, LISTED, name -> READ.contains(name.kind()), name -> true);
        } catch (StoreException e) {
            return Ask.refused(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    /** For a host that restores one snapshot: its objects and no others, as if nothing else were there. */
    public static byte[] answer(ObjectReader store, Set<ObjectName> granted, byte[] question) {
        Predicate<ObjectName> isGranted =
                name -> granted.contains(name) || (READ.contains(name.kind()) && name.kind() != Kind.KEY);
        return answer(store, question, EnumSet.of(Kind.PACK, Kind.INDEX), isGranted, isGranted);
    }

    private static byte[] answer(
            ObjectReader store,
            byte[] question,
            Set<Kind> listed,
            Predicate<ObjectName> isRead,
            Predicate<ObjectName> isShown) {
        try {
            return switch (Ask.decode(question)) {
                case Ask.Names names when listed.contains(names.kind()) -> Ask.given(page(store, names, isShown));
                case Ask.Size size
                when isRead.test(size.name()) ->
                    Ask.given(new ByteWriter()
                            .number(store.size(size.name())
                                    .map(bytes -> bytes + 1)
                                    .orElse(0L))
                            .toBytes());
                case Ask.Part part
                when isRead.test(part.name()) -> Ask.given(store.range(part.name(), part.offset(), part.length()));
                case Ask ask -> Ask.refused(Reason.DENIED, "a host does not read this " + ask.kind());
            };
        } catch (StoreException e) {
            return Ask.refused(e.reason(), String.valueOf(e.getMessage()));
        } catch (FormatException | IllegalArgumentException e) {
            return Ask.refused(Reason.FAILED, "not a question");
        }
    }

    private static byte[] page(ObjectReader store, Ask.Names asked, Predicate<ObjectName> isShown)
            throws StoreException {
        List<ObjectName> all = store.list(asked.kind());
        int from = asked.after()
                .map(after -> {
                    int at = Collections.binarySearch(all, after);
                    return at < 0 ? -at - 1 : at + 1;
                })
                .orElse(0);
        var out = new ByteWriter();
        int count = 0;
        for (ObjectName name : all.subList(from, all.size())) {
            if (count < Ask.PAGE && isShown.test(name)) {
                out.raw(name.hash());
                count++;
            }
        }
        return out.toBytes();
    }
}
