package io.espalier.orchestrator.source.webhook;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.webhook.Signatures.Verdict;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides what to answer to a hook, and wakes the watcher of its source. Whoever knows no secret cannot tell from the
 * answer, nor from the time it takes, whether a source of that name exists or has a secret.
 */
public final class Hooks {

    /** Two, so that one can be replaced by the other while hooks keep coming. */
    static final int SECRETS = 2;

    /** What to answer. */
    enum Answer {
        ACCEPTED,
        UNSIGNED,
        WRONG
    }

    private final Map<SourceName, List<String>> secrets;
    private final Deliveries deliveries;
    private final Consumer<SourceName> wake;
    private final InstantSource clock;
    private final String nobodys;

    /**
     * @param secrets one or two a source
     * @param wake has a source looked at soon, and returns at once
     */
    public Hooks(
            Map<SourceName, List<String>> secrets,
            Deliveries deliveries,
            Consumer<SourceName> wake,
            InstantSource clock) {
        this.secrets = secrets.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
        this.deliveries = deliveries;
        this.wake = wake;
        this.clock = clock;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.nobodys = HexFormat.of().formatHex(random);
        this.secrets.forEach((source, known) -> {
            if (known.isEmpty() || known.size() > SECRETS || known.stream().anyMatch(secret -> secret.length() < 8)) {
                throw new IllegalArgumentException(
                        "hooks." + source + ": expected one or two secrets of at least 8 characters");
            }
        });
    }

    /** @param headers looks a header up by its name in any case */
    Answer take(String name, Function<String, Optional<String>> headers, byte[] body) {
        Optional<SourceName> source =
                name.matches("[a-z0-9][a-z0-9-]{0,63}") ? Optional.of(new SourceName(name)) : Optional.empty();
        var signatures = new Signatures(headers, body, clock.instant());
        Verdict verdict = signatures.check(alwaysTwo(
                source.map(known -> secrets.getOrDefault(known, List.of())).orElse(List.of())));
        return switch (verdict) {
            case UNSIGNED -> Answer.UNSIGNED;
            case WRONG -> Answer.WRONG;
            case GENUINE -> {
                source.filter(known -> isNew(known, signatures)).ifPresent(wake);
                yield Answer.ACCEPTED;
            }
        };
    }

    private boolean isNew(SourceName source, Signatures signatures) {
        return signatures.delivery().map(id -> deliveries.isNew(source, id)).orElse(true);
    }

    private List<String> alwaysTwo(List<String> known) {
        var both = new ArrayList<>(known);
        while (both.size() < SECRETS) {
            both.add(nobodys);
        }
        return both;
    }
}
