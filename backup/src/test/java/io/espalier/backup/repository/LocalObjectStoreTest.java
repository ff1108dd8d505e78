package io.espalier.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.backup.repository.CutDisk.Skipped;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalObjectStoreTest extends ObjectStoreContract {

    @TempDir
    Path dir;

    @Override
    ObjectStore store() {
        return LocalObjectStore.in(dir.resolve("repository"));
    }

    /** Puts objects until the disk dies at {@code cutAt}, brings power back, and counts broken promises. */
    private static int broken(Skipped skipped, int cutAt, long seed) {
        var disk = new CutDisk(skipped);
        disk.failAt(cutAt, "power is gone", true);
        var acknowledged = new ArrayList<ObjectName>();
        var store = new LocalObjectStore(Path.of("/srv/repository"), disk);
        try {
            for (int i = 0; i < 6; i++) {
                acknowledged.add(
                        put(store, i % 2 == 0 ? Kind.PACK : Kind.INDEX, bytes("object " + i + " ".repeat(50))));
            }
        } catch (StoreException e) {
            // the cut
        }
        disk.cut(new Random(seed));
        int broken = 0;
        var after = new LocalObjectStore(Path.of("/srv/repository"), disk);
        for (ObjectName name : acknowledged) {
            try {
                after.get(name);
            } catch (StoreException e) {
                broken++;
            }
        }
        for (Kind kind : List.of(Kind.PACK, Kind.INDEX)) {
            try {
                for (ObjectName name : after.list(kind)) {
                    after.get(name); // whatever is there is whole
                }
            } catch (StoreException e) {
                broken++;
            }
        }
        return broken;
    }

    private static int brokenAtAll(Skipped skipped) {
        int broken = 0;
        for (int cutAt = 0; cutAt < 60; cutAt++) {
            for (long seed = 0; seed < 20; seed++) {
                broken += broken(skipped, cutAt, seed);
            }
        }
        return broken;
    }

    @Test
    void afterAPowerCutAtAnyOperationAllThatWasAcknowledgedIsThereAndAllThatIsThereIsWhole() {
        assertThat(brokenAtAll(Skipped.NOTHING)).isZero();
    }

    @Test
    void leavingOutAnySyncWouldBreakThat() {
        assertThat(brokenAtAll(Skipped.SYNC)).isPositive();
        assertThat(brokenAtAll(Skipped.SYNC_FOLDER)).isPositive();
    }

    @Test
    void anErrorAtAnyOperationIsReportedAndLaterPutsWork() throws Exception {
        for (String why : List.of("No space left on device", "Input/output error", "Read-only file system")) {
            int failed = 0;
            for (int at = 0; at < 12; at++) {
                var disk = new CutDisk(Skipped.NOTHING);
                disk.failAt(at, why, false);
                var store = new LocalObjectStore(Path.of("/srv/repository"), disk);
                try {
                    put(store, Kind.PACK, bytes("x"));
                } catch (StoreException e) {
                    failed++;
                    assertThat(e.reason()).isIn(Reason.FULL, Reason.FAILED, Reason.DENIED);
                    assertThat(e).hasMessageContaining("put pack");
                }
                disk.failAt(Integer.MAX_VALUE, why, false);
                ObjectName name = put(store, Kind.PACK, bytes("x"));
                disk.cut(new Random(1));
                assertThat(store.get(name)).isEqualTo(bytes("x"));
            }
            assertThat(failed).isGreaterThanOrEqualTo(9);
        }
    }

    @Test
    void otherBytesUnderANameAreAnAlarmAndStay() throws Exception {
        ObjectStore store = store();
        ObjectName name = put(store, Kind.PACK, bytes("content"));
        Path file = dir.resolve("repository/packs").resolve(name.sha256Hex());
        Files.writeString(file, "other!!");
        assertThatThrownBy(() -> store.get(name)).hasMessageContaining("holds other bytes");
        assertThatThrownBy(() -> put(store, Kind.PACK, bytes("content"))).hasMessageContaining("other bytes are at");
        assertThat(file).hasContent("other!!");
    }

    @Test
    void filesThatAreNoObjectsAreLeftAlone() throws Exception {
        ObjectStore store = store();
        put(store, Kind.PACK, bytes("content"));
        Files.writeString(dir.resolve("repository/packs/README"), "mine");
        assertThat(store.list(Kind.PACK)).hasSize(1);
    }
}
