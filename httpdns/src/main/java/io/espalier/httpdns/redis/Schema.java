package io.espalier.httpdns.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.cache.Kept;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What is in Redis. All keys of a name share a slot, by the name in braces ({@code .} for the root):
 *
 * <pre>
 * dn:{www.example}:1                    the answer for everyone, or for those without a network
 * dn:{www.example}:1:4/24/cb007100      the answer for 203.0.113.0/24
 * dn:{www.example}:scopes               sorted set of 1:4/24/cb007100 and the like, by the time they are of no use
 * dn:{www.example}:lk:1                 who searches for it, for 2 s at most
 *
 * value: version (1), flags (bit 0: for everyone), 8 bytes stored at, 4 bytes fresh for, 4 bytes usable for, both from
 *        then on; all in milliseconds, the last in seconds; high bytes first; then the body of cache.Packing
 * </pre>
 */
final class Schema {
    private static final byte VERSION = 1;
    private static final byte EVERYONE = 1;
    private static final int HEADER = 18;

    private Schema() {}

    private static String prefix(String name) {
        return "dn:{" + (name.isEmpty() ? "." : name) + "}:";
    }

    static byte[] key(String name, int type, @Nullable Subnet scope) {
        return (prefix(name) + member(type, scope)).getBytes(UTF_8);
    }

    static byte[] key(String name, String member) {
        return (prefix(name) + member).getBytes(UTF_8);
    }

    static byte[] scopes(String name) {
        return (prefix(name) + "scopes").getBytes(UTF_8);
    }

    static byte[] lease(Question question) {
        return (prefix(question.name()) + "lk:" + member(question.type(), question.client())).getBytes(UTF_8);
    }

    static String member(int type, @Nullable Subnet scope) {
        if (scope == null) {
            return String.valueOf(type);
        }
        var bytes = scope.address().getAddress();
        return type + ":" + (bytes.length == 4 ? 4 : 6) + "/" + scope.prefix() + "/"
                + HexFormat.of().formatHex(bytes);
    }

    /** The network of a member of {@link #scopes}; null if it is of another type or none at all. */
    static @Nullable Subnet scope(String member, int type) {
        var parts = member.split("[:/]", 5);
        if (parts.length != 4 || !parts[0].equals(String.valueOf(type))) {
            return null;
        }
        try {
            return new Subnet(InetAddress.getByAddress(HexFormat.of().parseHex(parts[3])), Integer.parseInt(parts[2]));
        } catch (UnknownHostException | IllegalArgumentException e) {
            return null;
        }
    }

    static byte[] value(Kept kept) {
        return ByteBuffer.allocate(HEADER + kept.body().length)
                .put(VERSION)
                .put(kept.forEveryone() ? EVERYONE : 0)
                .putLong(kept.storedAt())
                .putInt((int) Math.min(Integer.MAX_VALUE, kept.freshUntil() - kept.storedAt()))
                .putInt((int) ((kept.staleUntil() - kept.storedAt()) / 1000))
                .put(kept.body())
                .array();
    }

    /**
     * Reads what another node wrote. Its clock may be ahead: what it stored in the future is taken as stored now.
     *
     * @return null if it is nothing of this version, or of a time long past
     */
    static @Nullable Kept kept(byte @Nullable [] value, @Nullable Subnet scope, long now) {
        if (value == null || value.length <= HEADER || value[0] != VERSION) {
            return null;
        }
        var in = ByteBuffer.wrap(value);
        in.get();
        var everyone = (in.get() & EVERYONE) != 0;
        var storedAt = Math.min(now, in.getLong());
        var fresh = in.getInt();
        var usable = in.getInt() * 1000L;
        if (storedAt < 0 || fresh < 0 || usable < 0) {
            return null;
        }
        var body = new byte[in.remaining()];
        in.get(body);
        var kept = new Kept(body, storedAt, storedAt + fresh, storedAt + usable, scope, everyone);
        return kept.isUsable(now) ? kept : null;
    }
}
