package io.espalier.httpdns.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MissLimitTest {
    private static final long SECOND = 1_000_000_000L;

    private final MissLimit limit = new MissLimit(10, 20, Networks.LOOPBACK, 1024);

    private static InetAddress at(String address) {
        return InetAddress.ofLiteral(address);
    }

    private int allowed(String address, int tries, long now) {
        var allowed = 0;
        for (var i = 0; i < tries; i++) {
            allowed += limit.count(at(address), 1, now) == 0 ? 1 : 0;
        }
        return allowed;
    }

    @Test
    void anAddressHasItsBurstAndThenItsRate() {
        assertThat(allowed("192.0.2.1", 100, 0)).isEqualTo(20);
        assertThat(allowed("192.0.2.1", 100, SECOND)).isEqualTo(10);
        assertThat(allowed("192.0.2.1", 100, 100 * SECOND)).isEqualTo(20);
    }

    @Test
    void itTellsWhenToComeBack() {
        allowed("192.0.2.1", 100, 0);
        var wait = limit.count(at("192.0.2.1"), 1, 0);
        assertThat(wait).isPositive().isLessThanOrEqualTo(SECOND / 10);
        assertThat(limit.count(at("192.0.2.1"), 1, wait)).isZero();
    }

    @Test
    void neighboursShareTheLimitOfTheirNetwork() {
        var allowed = 0;
        for (var host = 1; host < 255; host++) {
            allowed += allowed("192.0.2." + host, 20, 0);
        }
        // 254 hosts could do 5080; their /24 may do 32 times what one may: 640.
        assertThat(allowed).isEqualTo(640);
        assertThat(allowed("192.0.3.1", 100, 0)).isEqualTo(20);
    }

    @Test
    void manyAddressesOfOneIpv6NetworkAreStillOneCustomer() {
        var allowed = 0;
        for (var host = 1; host < 200; host++) {
            allowed += allowed("2001:db8::" + Integer.toHexString(host), 20, 0);
        }
        assertThat(allowed).isEqualTo(40); // the /64 may do twice what one address may
    }

    @Test
    void theExemptAreNeverStopped() {
        assertThat(allowed("127.0.0.1", 1000, 0)).isEqualTo(1000);
    }

    @Test
    void aBatchLargerThanTheBurstGoesWhenTheNetworkIsQuiet() {
        assertThat(limit.count(at("192.0.2.1"), 50, 0)).isZero();
        assertThat(limit.count(at("192.0.2.1"), 1, 0)).isPositive();
    }

    @Test
    void aFloodOfOtherAddressesDoesNotFreeTheGreedy() {
        var random = new Random(18);
        allowed("192.0.2.1", 20, 0);
        for (var i = 0; i < 5_000; i++) {
            limit.count(at(random.nextInt(1, 190) + "." + random.nextInt(256) + ".1." + random.nextInt(256)), 1, 0);
        }
        // Its network owes more than those that asked once, so a full row forgets them first.
        assertThat(allowed("192.0.2.1", 100, SECOND)).isLessThanOrEqualTo(10);
    }
}
