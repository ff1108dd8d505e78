package io.espalier.httpdns.front;

import io.espalier.httpdns.front.FrontSettings.Limits;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Counts connections, and turns away those above the limits. */
final class Doorman {
    private final Limits limits;
    private final Predicate<InetAddress> isExempt;
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

    /** @param isExempt from the limit of one address: proxies */
    Doorman(Limits limits, Predicate<InetAddress> isExempt) {
        this.limits = limits;
        this.isExempt = isExempt;
    }

    /** False if it must be closed at once; otherwise it counts until {@link #left}. */
    boolean enters(InetAddress address) {
        if (all.incrementAndGet() > limits.connections()) {
            all.decrementAndGet();
            return false;
        }
        var ofAddress = byAddress.merge(address, 1, Integer::sum);
        if (ofAddress > limits.connectionsEach() && !isExempt.test(address)) {
            left(address);
            return false;
        }
        return true;
    }

    void left(InetAddress address) {
        all.decrementAndGet();
        byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }

    int open() {
        return all.get();
    }
}
