package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import java.io.IOException;
import java.util.Map;

/** What an apply is made of, put together once. */
record Parts(
        Surroundings around,
        Journal journal,
        BlobStore blobs,
        Releases releases,
        Supplies supplies,
        Validation validation,
        Preparation preparation,
        Switch files,
        Services services,
        WayBack wayBack) {

    /** @throws IOException if what was remembered cannot be read */
    static Parts in(Surroundings around) throws IOException {
        Fs fs = around.fs();
        String state = around.stateFolder();
        makeFolder(fs, Fs.in(state, "blobs"));
        makeFolder(fs, Fs.in(state, "stage"));
        Journal journal = Journal.open(fs, Fs.in(state, "journal"));
        var blobs = new BlobStore(fs, Fs.in(state, "blobs"));
        var releases = new Releases(journal, blobs);
        var supplies = new Supplies(fs, blobs, state);
        Map<String, String> placeholders = Map.of("{root}", around.realRoot());
        var validation =
                new Validation(fs, blobs, around.host(), placeholders, Fs.in(state, "stage"), around.realRoot());
        var preparation = new Preparation(fs, around.host(), around.names(), around.observer(), supplies, validation);
        var files = new Switch(fs, blobs, around.digests());
        var services = new Services(around.host(), placeholders);
        var wayBack = new WayBack(journal, files, services, around.host(), releases, around.clock());
        return new Parts(around, journal, blobs, releases, supplies, validation, preparation, files, services, wayBack);
    }

    private static void makeFolder(Fs fs, String path) throws FsException {
        if (fs.look(path).isEmpty()) {
            fs.makeFolder(path, 0700);
            fs.syncFolder(Fs.folderOf(path));
        }
    }
}
