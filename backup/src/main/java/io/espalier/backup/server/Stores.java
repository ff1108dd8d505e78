package io.espalier.backup.server;

import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.transport.Auid;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The store of each host. Hosts share no chunks, so a store for each costs nothing and shows nobody what is another's. */
@FunctionalInterface
public interface Stores {

    /** @throws StoreException if it is not there and cannot be made */
    ObjectStore of(Auid auid) throws StoreException;

    /** A folder for each, named by the auid. */
    static Stores below(Path folder) {
        Map<Auid, ObjectStore> open = new ConcurrentHashMap<>();
        return auid -> open.computeIfAbsent(auid, name -> LocalObjectStore.in(folder.resolve(name.text())));
    }
}
