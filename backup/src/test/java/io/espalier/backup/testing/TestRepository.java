package io.espalier.backup.testing;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.files.Excludes;
import io.espalier.backup.files.FilesBackup;
import io.espalier.backup.files.FilesPlan;
import io.espalier.backup.files.Progress;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.restore.RestorePlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** A repository in a folder with one client. */
public final class TestRepository {

    public final LocalObjectStore store;
    public final AgeIdentity identity;
    public final ClientKey key;
    public final InstantSource clock;
    private final Path home;

    public TestRepository(Path home, InstantSource clock) throws IOException {
        this.home = home;
        this.clock = clock;
        this.store = LocalObjectStore.in(home.resolve("repository"));
        AgeIdentity.Pair pair = AgeIdentity.generate();
        this.identity = pair.identity();
        KeyObject.New made = KeyObject.create("test", pair.recipient());
        this.key = made.client();
        store.put(new ObjectName(Kind.KEY, key.keyHex()), ByteBuffer.wrap(made.bytes()));
    }

    public Session session() throws IOException, InterruptedException {
        return Session.begin(store, ObjectSink.of(store, "test"), key, clock);
    }

    public FilesBackup.Result backup(Path... roots) throws IOException, InterruptedException {
        return backup(Excludes.NONE, roots);
    }

    public FilesBackup.Result backup(Excludes excludes, Path... roots) throws IOException, InterruptedException {
        var plan = new FilesPlan(
                "host", "files", List.of(roots), excludes, List.of(), false, false, Optional.of(home.resolve("cache")));
        try (Session session = session()) {
            return FilesBackup.run(plan, session, clock, Progress.NONE);
        }
    }

    public Restore.Result restore(Snapshot snapshot, Path target, String... paths)
            throws IOException, InterruptedException {
        var plan = new RestorePlan(
                target, List.of(paths).stream().map(RestorePlan::pathOf).toList(), true);
        return Restore.run(Repository.open(store, key), snapshot, identity, plan, Progress.NONE);
    }
}
