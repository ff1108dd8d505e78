package io.espalier.orchestrator;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code espalier.tree}.
 *
 * @param enabled whether there is a tree in this process
 * @param address where its ports listen
 * @param pushPort lines over TCP, datagrams over UDP; 0 takes a free one, a negative one leaves the door shut
 * @param graphitePort Graphite's plaintext, likewise
 * @param allow networks that may push to these ports
 * @param logFormat of access log lines; found by looking if absent
 * @param maxLeaves of each top-level subtree; more are folded
 * @param history leaves whose history is kept; 0 keeps none
 * @param watchers how many may watch at a time
 */
@ConfigurationProperties("espalier.tree")
record TreeProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue("8649") int pushPort,
        @DefaultValue("-1") int graphitePort,
        @DefaultValue("127.0.0.0/8,::1/128") String allow,
        @Nullable String logFormat,
        @DefaultValue("100000") int maxLeaves,
        @DefaultValue("100000") int history,
        @DefaultValue("4000") int watchers) {}
