package io.espalier.orchestrator.dns;

import java.util.List;

/** Whether names are answered here. */
public sealed interface DnsState {

    /** Switched off by the configuration. */
    record Off() implements DnsState {}

    /** About to begin. */
    record Starting() implements DnsState {}

    /** @param addresses where it listens, such as {@code 127.0.0.1:8053} */
    record Listening(List<String> addresses) implements DnsState {
        public Listening {
            addresses = List.copyOf(addresses);
        }
    }

    /** @param why it cannot listen; tried again every few seconds */
    record Failing(String why) implements DnsState {}
}
