package io.espalier.orchestrator.enrol;

import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enrolments that go on in the background, and what became of the last of them. */
public final class Enrolments {

    private static final Logger LOG = LoggerFactory.getLogger(Enrolments.class);

    private static final int KEPT = 100;

    private static final int AT_ONCE = 8;

    private final Enrolment enrolment;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);
    private final Map<String, Going> entries = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Going> eldest) {
            return size() > KEPT;
        }
    };

    /** Where an enrolment is. */
    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * One enrolment at one moment.
     *
     * @param lines what was told so far
     * @param auid once it is done
     * @param reason why it failed, with {@code detail}
     */
    public record View(
            String id,
            HostName host,
            State state,
            List<String> lines,
            Optional<Auid> auid,
            Optional<Reason> reason,
            String detail) {
        public View {
            lines = List.copyOf(lines);
        }
    }

    public Enrolments(Enrolment enrolment) {
        this.enrolment = enrolment;
    }

    /** Begins an enrolment. @return its id, for {@link #find} */
    public String start(EnrolmentRequest request) {
        String id = UUID.randomUUID().toString();
        var entry = new Going(id, request.name());
        synchronized (entries) {
            entries.put(id, entry);
        }
        Thread.ofVirtual().name("enrol-" + request.name()).start(() -> run(request, entry));
        return id;
    }

    /** Empty for one that was never begun, or long ago. */
    public Optional<View> find(String id) {
        synchronized (entries) {
            return Optional.ofNullable(entries.get(id)).map(Going::view);
        }
    }

    private void run(EnrolmentRequest request, Going entry) {
        try {
            turns.acquire();
            try {
                entry.done(enrolment.run(request, entry::line));
            } finally {
                turns.release();
            }
        } catch (EnrolmentException e) {
            entry.failed(e.reason(), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            entry.failed(Reason.ABORTED, "interrupted");
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("host", request.name()).setCause(e).log("enrolment failed");
            entry.failed(Reason.INTERNAL, String.valueOf(e.getMessage()));
        }
    }

    private static final class Going {

        private final List<String> lines = new ArrayList<>();
        private View view;

        Going(String id, HostName host) {
            view = new View(id, host, State.RUNNING, List.of(), Optional.empty(), Optional.empty(), "");
        }

        synchronized View view() {
            return view;
        }

        synchronized void line(String line) {
            lines.add(line);
            view = new View(view.id, view.host, State.RUNNING, lines, Optional.empty(), Optional.empty(), "");
        }

        synchronized void done(Auid auid) {
            view = new View(view.id, view.host, State.DONE, lines, Optional.of(auid), Optional.empty(), "");
        }

        synchronized void failed(Reason reason, String detail) {
            view = new View(view.id, view.host, State.FAILED, lines, Optional.empty(), Optional.of(reason), detail);
        }
    }
}
