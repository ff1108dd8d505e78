package io.espalier.httpdns.resolve;

import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.resolve.ReplyCheck.Verdict;
import io.espalier.httpdns.resolve.Sifting.Sifted;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;

/** One upstream, asked: over UDP, then over TCP if that left doubts; its health and counts are kept here. */
final class Asking {
    private static final Logger LOG = LoggerFactory.getLogger(Asking.class);

    final Upstream upstream;
    final Health health = new Health();
    private final SecureRandom random;
    private final LongAdder asked = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final LongAdder nearMisses = new LongAdder();
    private final LongAdder streams = new LongAdder();
    final LongAdder hedges = new LongAdder();

    Asking(Upstream upstream, SecureRandom random) {
        this.upstream = upstream;
        this.random = random;
    }

    /** Waits for at most {@code limit} nanoseconds, or until this thread is interrupted because another was faster. */
    Tried ask(String name, int type, @Nullable Subnet network, long limit) {
        var start = System.nanoTime();
        asked.increment();
        try {
            var ask = Ask.of(name, type, network, upstream.key(), health.mixesSpelling(), random);
            return switch (exchange(ask, start + limit)) {
                case Verdict.Fits fits -> sifted(ask, fits.message(), start);
                case Verdict.Truncated beginning -> lost("truncated over TCP", start, true);
                case Verdict.NearMiss miss -> lost(miss.why(), start, true);
                case Verdict.Noise noise -> lost(noise.why(), start, true);
            };
        } catch (PortUnreachableException e) {
            return lost("nobody listens", start, true);
        } catch (SocketTimeoutException e) {
            return lost("no answer in time", start, true);
        } catch (RuntimeException e) {
            // from the codec, on bytes that only just passed for a message
            return lost("not readable: " + e, start, true);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                health.outrun(System.nanoTime() - start, System.nanoTime());
                return new Tried.Lost(upstream, "outrun by another");
            }
            return lost(String.valueOf(e.getMessage()), start, true);
        }
    }

    private Verdict exchange(Ask ask, long deadline) throws IOException {
        var first = UdpExchange.ask(upstream.address(), ask, datagramDeadline(deadline), random);
        if (first instanceof Verdict.Fits) {
            health.keptSpelling();
            return first;
        }
        if (first instanceof Verdict.NearMiss miss) {
            nearMisses.increment();
            LOG.atDebug()
                    .addKeyValue("upstream", upstream.name())
                    .addKeyValue("why", miss.why())
                    .log("doubtful answer, asking over TCP");
        }
        streams.increment();
        var second = TcpExchange.ask(upstream.address(), ask, deadline);
        if (first instanceof Verdict.NearMiss miss
                && miss.spelling()
                && second instanceof Verdict.Fits
                && health.respelt()) {
            LOG.atWarn()
                    .addKeyValue("upstream", upstream.name())
                    .log("upstream does not keep the spelling of names; it is asked in plain spelling from now on");
        }
        return second;
    }

    /** Some of the time is kept for TCP. */
    private static long datagramDeadline(long deadline) {
        return System.nanoTime() + (deadline - System.nanoTime()) * 3 / 4;
    }

    private Tried sifted(Ask ask, Message message, long start) throws IOException {
        return switch (Sifting.sift(message, ask.name, ask.type)) {
            case Sifted.Bad bad -> {
                if (!bad.fault()) {
                    health.answered(System.nanoTime() - start, System.nanoTime());
                }
                yield lost(bad.why(), start, bad.fault());
            }
            case Sifted.Good good -> {
                health.answered(System.nanoTime() - start, System.nanoTime());
                answered.increment();
                yield new Tried.Answered(upstream, good, scope(ask, message));
            }
        };
    }

    /** At most as narrow as what was told (RFC 7871 section 7.3.1). */
    private static @Nullable Subnet scope(Ask ask, Message message) {
        var echo = ReplyCheck.subnetOf(message);
        if (ask.network == null || echo == null || echo.getScopePrefixLength() == 0) {
            return null;
        }
        return ask.network.atMost(echo.getScopePrefixLength());
    }

    private Tried lost(String why, long start, boolean fault) {
        var now = System.nanoTime();
        if (fault) {
            faults.increment();
            if (health.fault(now - start, now)) {
                LOG.atWarn()
                        .addKeyValue("upstream", upstream.name())
                        .addKeyValue("why", why)
                        .log("upstream is down; the others are asked first");
            }
        }
        return new Tried.Lost(upstream, why);
    }

    UpstreamState state() {
        return new UpstreamState(
                upstream.name(),
                health.isDown(),
                TimeUnit.NANOSECONDS.toMicros(health.averageNanos()),
                asked.sum(),
                answered.sum(),
                faults.sum(),
                nearMisses.sum(),
                streams.sum(),
                hedges.sum());
    }
}
