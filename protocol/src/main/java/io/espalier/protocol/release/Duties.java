package io.espalier.protocol.release;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What a host does and tells by itself for a unit. No part of what is laid: a change of it alone reloads nothing.
 *
 * @param service reported on
 * @param jobs run by the agent
 */
public record Duties(Optional<Service> service, List<Job> jobs) {

    public static final Duties NONE = new Duties(Optional.empty(), List.of());

    /** The most jobs of one unit. */
    public static final int MAX_JOBS = 100;

    public Duties {
        jobs = List.copyOf(jobs);
        var names = new HashSet<String>();
        jobs.forEach(job -> {
            if (!names.add(job.name())) {
                throw new IllegalArgumentException("job: " + job.name() + " (expected: once in a unit)");
            }
        });
        if (jobs.size() > MAX_JOBS) {
            throw new IllegalArgumentException("jobs: " + jobs.size() + " (expected: at most " + MAX_JOBS + ")");
        }
    }

    public boolean isEmpty() {
        return service.isEmpty() && jobs.isEmpty();
    }
}
