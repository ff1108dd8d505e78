package io.espalier.orchestrator.tree;

import java.util.List;
import java.util.stream.Stream;

/** Which URLs are the tree's. What they need is in the one table of rules, in {@code access}. */
public final class TreeUrls {

    /** Keys stand in these paths, and keys hold all sorts of characters. */
    private static final List<String> WITH_KEYS = List.of("/get", "/pull", "/realtime", "/trend", "/diff", "/graph");

    private static final List<String> PLAIN = List.of(
            "/push",
            "/relay",
            "/setting/view",
            "/limits",
            "/metrics",
            "/render",
            "/events/get_data",
            "/version",
            "/static");

    private TreeUrls() {}

    /** As a servlet is mapped. */
    public static List<String> mappings() {
        return Stream.concat(WITH_KEYS.stream(), PLAIN.stream())
                .map(path -> path + "/*")
                .toList();
    }

    /** Whether the rest of this raw path is a key. */
    static boolean holdsKey(String path) {
        return WITH_KEYS.stream().anyMatch(prefix -> path.startsWith(prefix + "/"));
    }

    /** Whether its answer may have no end. */
    static boolean isLive(String path) {
        return path.equals("/pull") || path.startsWith("/pull/");
    }

    static boolean isPush(String path) {
        return path.equals("/push") || path.equals("/push/");
    }
}
