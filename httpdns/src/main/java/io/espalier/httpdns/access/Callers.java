package io.espalier.httpdns.access;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells who asks: the peer itself, or whom a proxy that is trusted names in {@code X-Forwarded-For}. */
public final class Callers {
    private static final int MAX_HOPS = 32;

    /**
     * Who asks.
     *
     * @param isProxied true if a trusted proxy spoke for {@code address}
     * @param isOperator true if this one may steer the server
     */
    public record Caller(InetAddress address, boolean isProxied, boolean isOperator) {}

    private final Networks proxies;
    private final Networks operators;
    private final List<Secret> operatorTokens;

    /**
     * @param proxies whose {@code X-Forwarded-For} and {@code ip=} are believed
     * @param operators who may explain, purge, warm up, drain and read figures
     * @param operatorTokens let anyone do so who sends one of them as a bearer token
     */
    public Callers(Networks proxies, Networks operators, List<Secret> operatorTokens) {
        this.proxies = proxies;
        this.operators = operators;
        this.operatorTokens = List.copyOf(operatorTokens);
    }

    /**
     * Finds the caller of one request.
     *
     * @param forwarded the values of {@code X-Forwarded-For}, joined by commas; null if there is none
     * @param authorization the value of {@code Authorization}; null if there is none
     */
    public Caller of(InetAddress peer, @Nullable String forwarded, @Nullable String authorization) {
        var hasToken = authorization != null && hasToken(authorization);
        if (forwarded == null) {
            return new Caller(peer, proxies.contains(peer), hasToken || operators.contains(peer));
        }
        if (!proxies.contains(peer)) {
            // Someone stands between: the operators' networks say nothing about whoever is behind.
            return new Caller(peer, false, hasToken);
        }
        var address = peer;
        var hops = forwarded.split(",", -1);
        for (var i = hops.length - 1; i >= Math.max(0, hops.length - MAX_HOPS); i--) {
            try {
                address = Addresses.address(hops[i].strip());
            } catch (IllegalArgumentException e) {
                break; // the nearest that can be read
            }
            if (!proxies.contains(address)) {
                break;
            }
        }
        return new Caller(address, true, hasToken || operators.contains(address));
    }

    /** True if requests of this peer are the same as anyone's, as long as they claim nothing. */
    public boolean isPlain(InetAddress peer) {
        return !proxies.contains(peer);
    }

    private boolean hasToken(String authorization) {
        if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return false;
        }
        var sent = authorization.substring(7).strip().getBytes(StandardCharsets.UTF_8);
        var matches = false;
        for (var token : operatorTokens) {
            matches |= MessageDigest.isEqual(token.reveal().getBytes(StandardCharsets.UTF_8), sent);
        }
        return matches;
    }
}
