package io.espalier.agent.apply;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a release may write.
 *
 * @param allowed prefixes of whole names; empty: everywhere but in {@code barred}
 * @param barred prefixes that no release may touch, whatever is allowed: the kernel's file systems and what is the
 *     agent's own (its key pin, state and program)
 */
public record AllowedPaths(List<String> allowed, List<String> barred) {

    public AllowedPaths {
        allowed = List.copyOf(allowed);
        barred = List.copyOf(barred);
    }

    /** Why a release may not write there, or empty. */
    public Optional<String> refusal(String path) {
        if (isPrivate(path)) {
            return Optional.of(path + ": no release may write there");
        }
        if (!allowed.isEmpty() && allowed.stream().noneMatch(prefix -> isBelow(path, prefix))) {
            return Optional.of(path + ": the agent's configuration allows only " + String.join(", ", allowed));
        }
        return Optional.empty();
    }

    /** Whether the path is the kernel's or the agent's own. Compared without case, for folders that fold it. */
    public boolean isPrivate(String path) {
        String folded = path.toLowerCase(Locale.ROOT);
        return barred.stream().anyMatch(prefix -> isBelow(folded, prefix.toLowerCase(Locale.ROOT)));
    }

    private static boolean isBelow(String path, String prefix) {
        String name = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        return path.equals(name) || path.startsWith(name + "/");
    }
}
