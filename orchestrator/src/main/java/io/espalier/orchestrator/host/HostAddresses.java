package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.wire.Facts;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The IP addresses at which other machines find what runs on a host. */
public final class HostAddresses {

    private static final Pattern DIGITS = Pattern.compile("(\\d{1,3}\\.){3}\\d{1,3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private HostAddresses() {}

    /**
     * The one in hosts.yaml; for a host without one (this machine) those that its agent reports, but for loopback and
     * link-local ones. Empty if hosts.yaml has a name.
     */
    public static List<InetAddress> of(Host host, Optional<HostRecord> record) {
        String given = host.ssh().address();
        if (!given.isEmpty()) {
            return parse(given).map(List::of).orElse(List.of());
        }
        return record.flatMap(HostRecord::report).stream()
                .flatMap(report -> report.facts().interfaces().stream())
                .map(Facts.Interface::addresses)
                .flatMap(List::stream)
                .flatMap(text -> parse(text).stream())
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .toList();
    }

    private static Optional<InetAddress> parse(String text) {
        try {
            return DIGITS.matcher(text).matches() ? Optional.of(InetAddress.ofLiteral(text)) : Optional.empty();
        } catch (IllegalArgumentException noAddress) {
            return Optional.empty();
        }
    }
}
