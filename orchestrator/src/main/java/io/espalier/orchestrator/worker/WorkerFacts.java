package io.espalier.orchestrator.worker;

import io.espalier.orchestrator.host.HostRecord;
import io.espalier.protocol.wire.Facts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** Puts together what a worker says of itself and what the orchestrator knows of it by its own link. */
final class WorkerFacts {

    private static final int MAX_TAGS = 50;
    private static final int MAX_TAG = 100;

    /** A host that its link did not hear of for so long is not alive, whatever else is known. */
    private static final Duration LINK_STALE = Duration.ofMinutes(2);

    private WorkerFacts() {}

    static WorkerView view(
            String auid, Optional<HostRecord> host, Map<ReportKind, WorkerView.Kept> reports, Instant now) {
        Optional<JsonNode> status = Optional.ofNullable(reports.get(ReportKind.STATUS))
                .map(kept -> kept.report().body());
        Optional<Facts> facts = host.flatMap(HostRecord::report).map(said -> said.facts());
        Optional<Instant> newest =
                reports.values().stream().map(kept -> kept.report().at()).max(Instant::compareTo);
        Optional<Instant> linked = host.flatMap(HostRecord::lastSeen);
        return new WorkerView(
                auid,
                host.map(record -> record.name().value()),
                text(status, "hostname")
                        .or(() -> facts.map(Facts::hostname).filter(name -> !name.isEmpty()))
                        .or(() -> host.map(record -> record.name().value()))
                        .orElse(auid),
                text(status, "ipaddr")
                        .or(() -> facts.flatMap(WorkerFacts::address))
                        .orElse(""),
                status.map(body -> body.get("tags"))
                        .map(WorkerFacts::tags)
                        .or(() -> host.flatMap(HostRecord::enrolment).map(HostRecord.Enrolment::tags))
                        .orElse(List.of()),
                host.isPresent()
                        ? host.get().contact().isReachable()
                                && linked.filter(at -> at.plus(LINK_STALE).isAfter(now))
                                        .isPresent()
                        : reports.values().stream().anyMatch(kept -> !kept.isStale()),
                Stream.concat(newest.stream(), linked.stream()).max(Instant::compareTo),
                reports);
    }

    private static Optional<String> text(Optional<JsonNode> body, String name) {
        return body.map(given -> given.get(name))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .filter(text -> !text.isBlank());
    }

    /** Of a list, or of a text with commas or blanks between. */
    static List<String> tags(JsonNode tags) {
        Stream<String> words = tags.isArray()
                ? StreamSupport.stream(tags.spliterator(), false).map(JsonNode::stringValue)
                : Arrays.stream(tags.stringValue().split("[,\\s]+"));
        return words.map(String::strip)
                .filter(tag -> !tag.isEmpty() && tag.length() <= MAX_TAG)
                .distinct()
                .limit(MAX_TAGS)
                .toList();
    }

    /** The first that others may know it by. */
    private static Optional<String> address(Facts facts) {
        return facts.interfaces().stream()
                .flatMap(each -> each.addresses().stream())
                .filter(WorkerFacts::isOfTheNetwork)
                .findFirst()
                .or(() -> facts.interfaces().stream()
                        .flatMap(each -> each.addresses().stream())
                        .findFirst());
    }

    private static boolean isOfTheNetwork(String address) {
        if (!address.matches("[0-9a-fA-F.:]+")) {
            return false;
        }
        try {
            InetAddress parsed = InetAddress.getByName(address);
            return !parsed.isLoopbackAddress() && !parsed.isLinkLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
