package io.espalier.httpdns;

import io.espalier.httpdns.access.Accounts;
import io.espalier.httpdns.access.Networks;
import io.espalier.httpdns.access.Secret;
import io.espalier.httpdns.front.FrontSettings;
import io.espalier.httpdns.resolve.ResolveSettings;
import io.espalier.httpdns.resolve.Upstream;
import io.espalier.httpdns.zone.ZoneContent;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * All of HTTPDNS.
 *
 * @param zones what is answered locally from the start
 * @param warmUp names to look up before anyone asks, as {@code name} or {@code name type}
 */
public record HttpDnsSettings(
        ResolvingSettings resolving,
        ZoneContent zones,
        FrontSettings front,
        Access access,
        List<String> warmUp,
        Drain drain) {
    public HttpDnsSettings {
        warmUp = List.copyOf(warmUp);
    }

    /** Listens on one port, asks these upstreams, everything else as usual. */
    public static HttpDnsSettings of(String address, int port, List<Upstream> upstreams) {
        return new HttpDnsSettings(
                ResolvingSettings.of(ResolveSettings.of(upstreams)),
                ZoneContent.EMPTY,
                FrontSettings.on(address, port),
                Access.USUAL,
                List.of(),
                Drain.USUAL);
    }

    /**
     * What {@code httpdns.yaml} says, and {@code base} where that says nothing.
     *
     * @throws ConfigException with file, line and column
     */
    public static HttpDnsSettings read(Path file, HttpDnsSettings base) throws ConfigException {
        return ConfigFile.read(file, base);
    }

    /**
     * An address and a port, such as {@code 127.0.0.1:53} or {@code [::1]:53}; {@code usualPort} where there is none.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static InetSocketAddress address(String text, int usualPort) {
        return ConfigFile.address(text, usualPort);
    }

    /** The same with other local names. */
    public HttpDnsSettings with(ZoneContent content) {
        return new HttpDnsSettings(resolving, content, front, access, warmUp, drain);
    }

    /** The same behind other doors. */
    public HttpDnsSettings with(FrontSettings doors) {
        return new HttpDnsSettings(resolving, zones, doors, access, warmUp, drain);
    }

    /**
     * Who may do what.
     *
     * @param maxNames in one request
     * @param proxies whose word about clients is believed
     * @param operators may explain, purge, warm up, drain and read figures; others with one of the tokens
     * @param missesPerSecond that one IPv4 address may cause; wider networks more, see
     *     {@link io.espalier.httpdns.access.MissLimit}
     * @param missBurst how many at once
     * @param missExempt who may cause any number
     */
    public record Access(
            Accounts accounts,
            int maxNames,
            Networks proxies,
            Networks operators,
            List<Secret> operatorTokens,
            double missesPerSecond,
            int missBurst,
            Networks missExempt) {
        /** No accounts, no proxies; this machine operates and is not limited; 100 misses a second, 1,000 at once. */
        public static final Access USUAL = new Access(
                Accounts.NONE, 10, Networks.NONE, Networks.LOOPBACK, List.of(), 100, 1000, Networks.LOOPBACK);

        public Access {
            operatorTokens = List.copyOf(operatorTokens);
            if (maxNames < 1 || maxNames > 100) {
                throw new IllegalArgumentException("max-names: " + maxNames + " (expected: 1 to 100)");
            }
        }
    }

    /**
     * How it leaves.
     *
     * @param grace for which it answers on and closes connections after their next reply
     * @param rest for which it then answers 503
     */
    public record Drain(Duration grace, Duration rest) {
        public static final Drain USUAL = new Drain(Duration.ofSeconds(5), Duration.ofSeconds(5));
    }
}
