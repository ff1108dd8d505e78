package io.espalier.orchestrator.render;

import io.espalier.protocol.Digest;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/** Templates, by their content, that never ended once: they are not given another thread. Remembers the last few. */
final class GivenUp {

    private static final int MAX = 100;

    private final Set<Digest> templates = new LinkedHashSet<>();

    synchronized void add(Digest template) {
        templates.add(template);
        if (templates.size() > MAX) {
            templates.remove(templates.iterator().next());
        }
    }

    /** @param template asked for its digest only if there is anything to compare it with */
    synchronized boolean contains(Supplier<Digest> template) {
        return !templates.isEmpty() && templates.contains(template.get());
    }
}
