package io.espalier.backup.transport;

import io.espalier.backup.repository.Receipt;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A host as a process of its own, to be killed: puts objects of known bytes and prints a line for each receipt. */
final class DeathClient {
    private DeathClient() {}

    /** @param args nodes, receipt key, first seed, number of objects */
    public static void main(String[] args) throws Exception {
        long first = Long.parseLong(args[2]);
        int count = Integer.parseInt(args[3]);
        try (RedisSink sink = sink(Set.of(args[0].split(",", -1)), args[1]);
                var threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < count; i++) {
                long seed = first + i;
                threads.submit(() -> {
                    byte[] bytes = object(seed);
                    Receipt receipt = sink.put(Store.name(bytes), ByteBuffer.wrap(bytes));
                    System.out.println("RECEIPT " + seed + " " + receipt.name().sha256Hex());
                    return null;
                });
            }
            threads.shutdown();
            if (threads.awaitTermination(5, TimeUnit.MINUTES)) {
                System.out.println("DONE");
            }
        }
    }

    static RedisSink sink(Set<String> nodes, String receiptKey) {
        var settings = new RedisSink.Settings(
                TransportContract.HOST,
                HostKey.ofToken(TransportContract.TOKEN),
                4,
                Duration.ofMillis(2_500),
                Duration.ofSeconds(4),
                Duration.ofMinutes(3));
        var redis = RedisBus.Settings.of(nodes);
        return new RedisSink(new RedisBus(redis), settings, Receipts.Verifier.parse(receiptKey));
    }

    /** Between 1 and 1,200,000 bytes: less than a frame, and some. */
    static byte[] object(long seed) {
        return Store.bytes(seed, 1 + (int) (seed * 7_919 % 1_200_000));
    }
}
