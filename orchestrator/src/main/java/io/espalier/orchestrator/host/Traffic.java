package io.espalier.orchestrator.host;

import java.util.concurrent.atomic.LongAdder;

/** Counts what conversations cost, since start. Safe for all threads. */
public final class Traffic {

    private final LongAdder handshakes = new LongAdder();
    private final LongAdder channels = new LongAdder();
    private final LongAdder roundTrips = new LongAdder();
    private final LongAdder blobs = new LongAdder();
    private final LongAdder blobBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();

    /**
     * Counts at one moment.
     *
     * @param handshakes connections made, each worth about ten round trips
     * @param channels opened on them, each worth one round trip
     * @param roundTrips questions that had to wait for their answer
     * @param blobs sent because an agent lacked them
     * @param blobBytes of those, before compression
     * @param sentBytes of those, as they travelled
     */
    public record Counts(long handshakes, long channels, long roundTrips, long blobs, long blobBytes, long sentBytes) {

        /** What was added since {@code before}. */
        public Counts since(Counts before) {
            return new Counts(
                    handshakes - before.handshakes,
                    channels - before.channels,
                    roundTrips - before.roundTrips,
                    blobs - before.blobs,
                    blobBytes - before.blobBytes,
                    sentBytes - before.sentBytes);
        }
    }

    public Counts counts() {
        return new Counts(
                handshakes.sum(), channels.sum(), roundTrips.sum(), blobs.sum(), blobBytes.sum(), sentBytes.sum());
    }

    public void handshake() {
        handshakes.increment();
    }

    public void channel() {
        channels.increment();
    }

    void roundTrip() {
        roundTrips.increment();
    }

    void blob(long bytes) {
        blobs.increment();
        blobBytes.add(bytes);
    }

    void sent(long bytes) {
        sentBytes.add(bytes);
    }
}
