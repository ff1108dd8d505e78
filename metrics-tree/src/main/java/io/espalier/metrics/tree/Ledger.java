package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * From whom a tree merged numbered parcels, and up to which one: what makes each of them count once. It belongs to
 * the tree's state as its leaves do, and is kept with them, at the same moment. Safe for all threads.
 */
@SuppressWarnings("OperatorPrecedence")
public final class Ledger {
    /** Senders that are known at one time. */
    public static final int SENDERS = 10_000;

    private static final long FORGET_MILLIS = 30L * 24 * 3600 * 1000;

    /**
     * Up to where a sender's parcels are merged.
     *
     * @param number   of the last one, from 1
     * @param leaves   in all parcels that the sender numbered up to it
     * @param checksum of that parcel's bytes
     * @param seen     when it came, in milliseconds since 1970
     */
    public record Mark(long number, long leaves, int checksum, long seen) {
        public static final Mark NONE = new Mark(0, 0, 0, 0);
    }

    /**
     * A parcel on its way in.
     *
     * @param follows  the parcel that its sender sends it after; the one before it, unless those between are lost
     * @param previous checksum of the parcel numbered one less
     * @param before   leaves in all parcels before it
     * @param mark     what holds once it is merged
     */
    public record Entry(long follows, int previous, long before, Mark mark) {}

    /** What became of a parcel. */
    public enum Outcome {
        MERGED,
        /** It was merged before: nothing changed. */
        SEEN,
        /** It follows something that is not here: nothing changed. */
        OUT_OF_ORDER,
        /** Somebody else numbers parcels under the same name, or an old copy does: nothing changed. */
        OTHER_HISTORY,
        /** Too many senders: nothing changed. */
        FULL
    }

    /** Of one sender; its lock is held while one of its parcels is merged. */
    private static final class Account {
        Mark mark = Mark.NONE;
    }

    private final MetricTree tree;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final Map<String, Mark> durable = new ConcurrentHashMap<>();
    /** Held by many who merge, or by one who looks at tree and ledger at one moment. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);

    private volatile boolean isKept;

    Ledger(MetricTree tree) {
        this.tree = tree;
    }

    // --- Merging ---

    /** Merges {@code batch} unless it was merged before or does not follow what was. */
    public Outcome merge(String sender, Entry entry, Batch batch) {
        Optional<Account> found = account(sender);
        if (found.isEmpty()) {
            tree.note("relay,refused-senders", 1, Optional.of(sender));
            return Outcome.FULL;
        }
        Account account = found.get();
        synchronized (account) {
            Mark held = account.mark;
            Outcome outcome = judge(held, entry);
            if (outcome == Outcome.MERGED) {
                gate.readLock().lock();
                try {
                    tree.merge(batch);
                    account.mark = entry.mark;
                } finally {
                    gate.readLock().unlock();
                }
                noteGap(sender, held, entry);
            } else if (outcome == Outcome.SEEN) {
                tree.note("relay,repeated-parcels", 1, Optional.empty());
            } else {
                tree.note("relay," + word(outcome), 1, Optional.of(sender));
            }
            return outcome;
        }
    }

    private static String word(Outcome outcome) {
        return outcome == Outcome.OTHER_HISTORY ? "two-senders" : "out-of-order-parcels";
    }

    private static Outcome judge(Mark held, Entry entry) {
        if (entry.mark.number <= held.number) {
            boolean isOther = entry.mark.number == held.number && entry.mark.checksum != held.checksum;
            return isOther ? Outcome.OTHER_HISTORY : Outcome.SEEN;
        }
        if (entry.follows != held.number) {
            return Outcome.OUT_OF_ORDER;
        }
        boolean isNext = entry.mark.number == held.number + 1;
        return isNext && held.number > 0 && entry.previous != held.checksum ? Outcome.OTHER_HISTORY : Outcome.MERGED;
    }

    private void noteGap(String sender, Mark held, Entry entry) {
        long missing = entry.mark.number - held.number - 1;
        if (missing == 0) {
            return;
        }
        if (held.number == 0) {
            // What it sent to whoever was here before is not lost to anybody now.
            tree.note("relay,joined-late", 1, Optional.of(sender + " from parcel " + entry.mark.number));
            return;
        }
        tree.note("relay,lost-parcels", missing, Optional.of(sender + " before parcel " + entry.mark.number));
        tree.note("relay,lost-leaves", Math.max(0, entry.before - held.leaves), Optional.empty());
    }

    private Optional<Account> account(String sender) {
        Account known = accounts.get(sender);
        if (known != null) {
            return Optional.of(known);
        }
        if (accounts.size() >= SENDERS) {
            forget();
        }
        return accounts.size() >= SENDERS
                ? Optional.empty()
                : Optional.of(accounts.computeIfAbsent(sender, _ -> new Account()));
    }

    /** Lets senders go that were not heard of for a month. */
    private void forget() {
        long before = tree.millis() - FORGET_MILLIS;
        accounts.values().removeIf(account -> {
            synchronized (account) {
                return account.mark.seen < before;
            }
        });
        durable.keySet().retainAll(accounts.keySet());
    }

    // --- Where it stands ---

    /** Up to where {@code sender}'s parcels are merged. */
    public Mark merged(String sender) {
        Account account = accounts.get(sender);
        if (account == null) {
            return Mark.NONE;
        }
        synchronized (account) {
            return account.mark;
        }
    }

    /** Up to where they will still be merged after this process was killed; all that are, if nothing is kept. */
    public long durable(String sender) {
        if (!isKept) {
            return merged(sender).number;
        }
        return Optional.ofNullable(durable.get(sender)).orElse(Mark.NONE).number;
    }

    public int senders() {
        return accounts.size();
    }

    /** Whether the tree is kept on disk, so that {@link #durable} says more than {@link #merged}. */
    public boolean isKept() {
        return isKept;
    }

    // --- Keeping ---

    /** From now on only what {@link #durable(Map)} was told is durable. */
    public void keep() {
        isKept = true;
    }

    /** These are on disk now, with all that they stand for. */
    public void durable(Map<String, Mark> marks) {
        durable.putAll(marks);
        durable.keySet().retainAll(accounts.keySet());
    }

    /** {@code look} sees the tree and these marks at one moment: no parcel is in one and not in the other. */
    public <T> T still(Function<Map<String, Mark>, T> look) {
        gate.writeLock().lock();
        try {
            var marks = new HashMap<String, Mark>();
            accounts.forEach((sender, account) -> {
                // Whoever changes a mark holds the gate; its own lock would be taken in the wrong order here.
                if (account.mark.number > 0) {
                    marks.put(sender, account.mark);
                }
            });
            return look.apply(Map.copyOf(marks));
        } finally {
            gate.writeLock().unlock();
        }
    }

    /** Starts from what was kept. */
    public void restore(Map<String, Mark> marks) {
        marks.forEach((sender, mark) -> {
            var account = new Account();
            account.mark = mark;
            accounts.put(sender, account);
        });
        durable.putAll(marks);
    }

    public static void write(Map<String, Mark> marks, BytesOut out) {
        out.varint(marks.size());
        marks.forEach((sender, mark) -> {
            out.text(sender);
            out.varint(mark.number);
            out.varint(mark.leaves);
            out.i4(mark.checksum);
            out.varint(mark.seen);
        });
    }

    public static Map<String, Mark> read(BytesIn in) throws BadBytesException {
        var marks = new HashMap<String, Mark>();
        for (int left = in.count(2 * SENDERS); left > 0; left--) {
            marks.put(in.text(), new Mark(in.varint(), in.varint(), in.i4(), in.varint()));
        }
        return marks;
    }
}
