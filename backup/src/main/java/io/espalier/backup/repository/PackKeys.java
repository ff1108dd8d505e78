package io.espalier.backup.repository;

import io.espalier.backup.codec.FormatException;
import io.espalier.backup.crypt.AgeIdentity;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The keys of packs, unwrapped once each. Safe for all threads. */
public final class PackKeys {

    private final Opener opener;
    private final Map<ObjectName, byte[]> keys = new HashMap<>();

    /** Opens the key of one pack. Whoever has no identity asks somebody who does. */
    @FunctionalInterface
    public interface Opener {
        byte[] open(ObjectName pack) throws IOException;
    }

    PackKeys(ObjectReader store, AgeIdentity identity) {
        this(pack -> unwrap(store, identity, pack));
    }

    public PackKeys(Opener opener) {
        this.opener = opener;
    }

    /** 32 bytes. @throws IOException if it cannot be opened, or the pack is not there */
    public byte[] keyOf(ObjectName pack) throws IOException {
        synchronized (keys) {
            byte[] known = keys.get(pack);
            if (known != null) {
                return known;
            }
        }
        byte[] key = opener.open(pack);
        if (key.length != 32) {
            throw new FormatException(pack + ": a key of " + key.length + " bytes");
        }
        synchronized (keys) {
            keys.put(pack, key);
        }
        return key;
    }

    private static byte[] unwrap(ObjectReader store, AgeIdentity identity, ObjectName pack) throws IOException {
        try {
            // No pack is shorter: the wrapped key alone has more than 200 bytes.
            byte[] prefix = store.range(pack, 0, PackFormat.PREFIX);
            int wrapped = Byte.toUnsignedInt(prefix[16]) << 8 | Byte.toUnsignedInt(prefix[17]);
            return identity.unwrap(PackFormat.header(store.range(pack, 0, PackFormat.PREFIX + wrapped))
                    .wrapped());
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Reason.DAMAGED, pack + ": its key cannot be opened: " + e.getMessage(), e);
        }
    }
}
