package io.espalier.backup.server;

import io.espalier.backup.codec.FormatException;
import io.espalier.backup.link.Call;
import io.espalier.backup.link.Call.Taken;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectReader;
import io.espalier.backup.repository.PackKeys;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.transport.Ask;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.Receipts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The orchestrator's side of the calls of one order. What a call may see or add follows from the order alone: a run adds to
 * the host's own store and looks up there, a restore reads the objects of one snapshot.
 */
public abstract sealed class LinkDesk {

    /** Is told how far the host is. */
    @FunctionalInterface
    public interface Follower {
        void at(long entries, long bytes, long added, String what);
    }

    private final Follower follower;

    private LinkDesk(Follower follower) {
        this.follower = follower;
    }

    /** For a run of that host, which the link proved it to be. */
    public static LinkDesk run(Intake intake, Auid auid, Follower follower) {
        return new OfRun(intake, auid, follower);
    }

    /**
     * For a restore.
     *
     * @param granted the snapshot and its packs
     * @param keys opens packs
     */
    public static LinkDesk restore(ObjectReader store, Set<ObjectName> granted, PackKeys keys, Follower follower) {
        return new OfRestore(store, Set.copyOf(granted), keys, follower);
    }

    /** The reply to a call. @throws FormatException if it is none: whoever sends that is not spoken to further */
    public final byte[] reply(byte[] bytes) throws FormatException {
        Call call = Call.decode(bytes);
        if (call instanceof Call.Progress progress) {
            follower.at(progress.entries(), progress.bytes(), progress.added(), progress.what());
            return new byte[] {};
        }
        return serve(call);
    }

    abstract byte[] serve(Call call);

    private static final class OfRun extends LinkDesk {
        private final Intake intake;
        private final Auid auid;

        OfRun(Intake intake, Auid auid, Follower follower) {
            super(follower);
            this.intake = intake;
            this.auid = auid;
        }

        @Override
        byte[] serve(Call call) {
            return switch (call) {
                case Call.Look look -> intake.lookUp(auid, look.question());
                case Call.Put put -> taken(put).encode();
                case Call.PackKey key -> Ask.refused(StoreException.Reason.DENIED, "not in a backup");
                case Call.Progress progress -> new byte[] {};
            };
        }

        private Taken taken(Call.Put put) {
            Answer answer = put.piece().length == 0
                    ? intake.offer(auid, put.name(), put.size())
                    : intake.append(auid, put.name(), put.size(), put.offset(), ByteBuffer.wrap(put.piece()));
            return switch (answer) {
                case Answer.Have have -> new Taken.Have(Receipts.text(have.receipt()));
                case Answer.Need need -> new Taken.Need(need.offset());
                case Answer.Refused refused ->
                    new Taken.Refused(refused.refusal().name(), refused.detail());
            };
        }
    }

    private static final class OfRestore extends LinkDesk {
        private final ObjectReader store;
        private final Set<ObjectName> granted;
        private final PackKeys keys;

        OfRestore(ObjectReader store, Set<ObjectName> granted, PackKeys keys, Follower follower) {
            super(follower);
            this.store = store;
            this.granted = granted;
            this.keys = keys;
        }

        @Override
        byte[] serve(Call call) {
            return switch (call) {
                case Call.Look look -> Lookups.answer(store, granted, look.question());
                case Call.Put put -> new Taken.Refused("NOT_ALLOWED", "not in a restore").encode();
                case Call.PackKey key -> key(key.pack());
                case Call.Progress progress -> new byte[] {};
            };
        }

        private byte[] key(ObjectName pack) {
            if (!granted.contains(pack)) {
                return Ask.refused(StoreException.Reason.DENIED, pack + " is not of this snapshot");
            }
            try {
                return Ask.given(keys.keyOf(pack));
            } catch (StoreException e) {
                return Ask.refused(e.reason(), String.valueOf(e.getMessage()));
            } catch (IOException e) {
                return Ask.refused(StoreException.Reason.DAMAGED, String.valueOf(e.getMessage()));
            }
        }
    }
}
