package io.espalier.orchestrator.balance;

import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a peers document says (docs/spec/peers.md), but for its version.
 *
 * @param canary rules as they stand in the balancer's {@code lb.canary}
 * @param notes what a person should know: who is left out and why
 */
record PeersContent(String tier, List<Member> members, List<Map<String, Object>> canary, List<String> notes) {

    private static final JsonMapper JSON = JsonMapper.shared();

    PeersContent {
        members = List.copyOf(members);
        canary = List.copyOf(canary);
        notes = List.copyOf(notes);
    }

    enum State {
        UP,
        DRAIN,
        DOWN
    }

    /**
     * One server.
     *
     * @param address with its port, such as {@code [2001:db8::1]:8080}
     * @param group of a canary; empty for the main one
     */
    record Member(String name, String address, int weight, State state, Optional<String> group) {

        boolean isOfUse() {
            return state == State.UP && weight > 0;
        }

        private Map<String, Object> json() {
            var json = new LinkedHashMap<String, Object>();
            json.put("name", name);
            json.put("address", address);
            json.put("weight", weight);
            json.put(
                    "state",
                    switch (state) {
                        case UP -> "up";
                        case DRAIN -> "drain";
                        case DOWN -> "down";
                    });
            group.ifPresent(named -> json.put("group", named));
            return json;
        }
    }

    /** The same for the same peers; notes do not count. */
    Digest digest() {
        return Digest.of(json(0).getBytes(StandardCharsets.UTF_8));
    }

    /** The document. */
    String json(long version) {
        var inTier = new LinkedHashMap<String, Object>();
        inTier.put("members", members.stream().map(Member::json).toList());
        if (!canary.isEmpty()) {
            inTier.put("canary", canary);
        }
        var document = new LinkedHashMap<String, Object>();
        document.put("version", version);
        document.put("tiers", Map.of(tier, inTier));
        return JSON.writeValueAsString(document);
    }
}
