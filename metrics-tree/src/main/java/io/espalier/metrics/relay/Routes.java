package io.espalier.metrics.relay;

import io.espalier.metrics.tree.View;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which upstreams a leaf goes to: those of the longest key that it stands at or below. */
final class Routes {
    /** A key's step, with what is set there. */
    private static final class Step {
        final Map<Name, Step> below = new HashMap<>();
        Optional<Set<String>> upstreams = Optional.empty();
    }

    /** Bytes that can be looked up. */
    private static final class Name {
        private final byte[] utf8;

        Name(byte[] utf8) {
            this.utf8 = utf8;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Name that && Arrays.equals(utf8, that.utf8);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(utf8);
        }
    }

    private final Step root = new Step();

    Routes(Map<List<String>, Set<String>> routes) {
        routes.forEach((path, upstreams) -> {
            Step step = root;
            for (String name : path) {
                step = step.below.computeIfAbsent(new Name(name.getBytes(StandardCharsets.UTF_8)), _ -> new Step());
            }
            step.upstreams = Optional.of(upstreams);
        });
    }

    /** Empty if no key fits; an empty set if the key that fits says nowhere. */
    Optional<Set<String>> of(View view, int node) {
        if (root.below.isEmpty()) {
            return root.upstreams;
        }
        int depth = 0;
        for (int n = node; n != 0; n = view.parent(n)) {
            depth++;
        }
        int[] path = new int[depth];
        for (int n = node; n != 0; n = view.parent(n)) {
            path[--depth] = n;
        }
        Step step = root;
        Optional<Set<String>> found = root.upstreams;
        for (int n : path) {
            Step next = step.below.get(new Name(view.name(n)));
            if (next == null) {
                break;
            }
            step = next;
            found = step.upstreams.isPresent() ? step.upstreams : found;
        }
        return found;
    }
}
