package io.espalier.agent.job;

import io.espalier.agent.fs.Entry;
import io.espalier.agent.fs.Fs;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * When each job by the calendar was due last, over restarts, so that what was missed is known. Losing it costs only
 * that; it is not worth a sync.
 */
public final class LastRuns {

    private final Fs fs;
    private final String file;
    private final Map<String, Instant> due = new HashMap<>();

    public LastRuns(Fs fs, String file) {
        this.fs = fs;
        this.file = file;
        try {
            if (fs.look(file).isPresent()) {
                try (InputStream in = fs.open(file)) {
                    var reader = new Reader(in.readAllBytes());
                    reader.list(r -> due.put(r.text(), r.instant()));
                }
            }
        } catch (IOException | MalformedException e) {
            due.clear();
        }
    }

    /** @param key of a job and its timing: with another one, nothing was missed */
    synchronized Optional<Instant> of(String key) {
        return Optional.ofNullable(due.get(key));
    }

    synchronized void was(String key, Instant at) {
        due.put(key, at);
        store();
    }

    synchronized void retain(Set<String> keys) {
        if (due.keySet().retainAll(keys)) {
            store();
        }
    }

    private void store() {
        var out = new Writer()
                .list(due.entrySet(), (w, one) -> w.text(one.getKey()).instant(one.getValue()));
        String fresh = file + ".new";
        try {
            if (fs.look(fresh).isPresent()) {
                fs.remove(fresh);
            }
            try (OutputStream sink = fs.create(fresh, 0600, Entry.UNCHANGED, Entry.UNCHANGED)) {
                sink.write(out.toBytes());
            }
            fs.rename(fresh, file);
        } catch (IOException e) {
            System.err.println("jobs: " + e.getMessage());
        }
    }
}
