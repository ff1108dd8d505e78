package io.espalier.orchestrator.plan;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Hosts on which the same happens: the same paths get the same content from the same content, and the same units reload.
 *
 * @param hosts sorted
 * @param example the plan of the first of them, which stands for all
 */
public record ChangeGroup(List<HostName> hosts, HostPlan example) {

    public ChangeGroup {
        hosts = List.copyOf(hosts);
    }

    /** Nothing is written; the hosts learn new rules, such as another health check. */
    public boolean isRulesOnly() {
        return example.changes().isEmpty();
    }

    /** What of one path makes two hosts' changes the same. */
    private record Essence(
            Class<? extends FileChange> action,
            String path,
            String unit,
            Optional<Digest> before,
            Optional<Digest> after,
            List<Object> attributes) {

        static Essence of(FileChange change) {
            return switch (change) {
                case FileChange.Create(var unit, var wanted) ->
                    new Essence(
                            FileChange.Create.class,
                            wanted.path(),
                            unit,
                            Optional.empty(),
                            Optional.of(wanted.content()),
                            List.of(wanted.mode(), wanted.owner(), wanted.group()));
                case FileChange.Update(var unit, var wanted, var held) ->
                    new Essence(
                            FileChange.Update.class,
                            wanted.path(),
                            unit,
                            held.content(),
                            Optional.of(wanted.content()),
                            List.of(held.kind(), held.mode(), wanted.mode(), wanted.owner(), wanted.group()));
                case FileChange.Attributes(var unit, var wanted, var held) ->
                    new Essence(
                            FileChange.Attributes.class,
                            wanted.path(),
                            unit,
                            Optional.empty(),
                            Optional.empty(),
                            List.of(
                                    held.mode(),
                                    held.owner(),
                                    held.group(),
                                    wanted.mode(),
                                    wanted.owner(),
                                    wanted.group()));
                case FileChange.Remove(var unit, var held) ->
                    new Essence(
                            FileChange.Remove.class, held.path(), unit, held.content(), Optional.empty(), List.of());
            };
        }
    }

    private record Key(List<Essence> changes, List<String> reloads) {}

    /** The hosts of {@code plan} on which anything happens, the largest group first. */
    public static List<ChangeGroup> of(Plan plan) {
        var groups = new LinkedHashMap<Key, List<HostPlan>>();
        plan.hosts().values().stream()
                .filter(host -> !host.isInSync())
                .forEach(host -> groups.computeIfAbsent(
                                new Key(host.changes().stream().map(Essence::of).toList(), host.reloads()),
                                _ -> new ArrayList<>())
                        .add(host));
        return groups.values().stream()
                .map(same -> new ChangeGroup(same.stream().map(HostPlan::host).toList(), same.getFirst()))
                .sorted(Comparator.comparingInt(
                                (ChangeGroup group) -> -group.hosts().size())
                        .thenComparing(group -> group.hosts().getFirst()))
                .toList();
    }
}
