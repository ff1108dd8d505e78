package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name that is answered locally.
 *
 * @param kind host, tier or record
 * @param answers data that is given out, such as addresses; before the view, of a record that only its clients see
 * @param state up; down: its tiers leave it out, or all members of the tier are down; partly: some are
 * @param detail why it is not up
 */
public record DnsName(
        String name,
        String kind,
        List<String> answers,
        String state,
        @Nullable String detail) {}
