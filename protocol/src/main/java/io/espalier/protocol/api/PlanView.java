package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param digest names this plan; a deploy that gives it is refused if anything moved since
 * @param groups hosts with the same change stand together, the largest group first
 * @param reason why it is held for a person
 */
public record PlanView(
        String digest,
        String revision,
        int hosts,
        int inSync,
        List<Group> groups,
        List<Unreachable> unreachable,
        List<ProblemView> problems,
        @Nullable String reason) {

    /** The same change on all of {@code hosts}. */
    public record Group(List<String> hosts, List<Change> changes, List<String> reloads) {}

    /**
     * @param action create, update, attributes or remove
     * @param diff unified; absent for secrets, binaries and attributes, for which {@code note} speaks
     */
    public record Change(
            String action,
            String path,
            String unit,
            @Nullable String diff,
            @Nullable String note) {}

    public record Unreachable(String host, String reason, String detail) {}
}
