package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** DNS messages as bytes (RFC 1035, 6891, 7871, 8914): reads queries, writes responses. */
final class WireMessage {
    static final int MAX = 65_535;
    private static final int HEADER = 12;
    private static final int QR = 0x8000;
    private static final int TC = 0x0200;
    private static final int RD = 0x0100;
    private static final int RA = 0x0080;
    private static final int CD = 0x0010;
    private static final int ECS = 8;
    private static final int EDE = 15;
    private static final int IN = 1;

    /**
     * @param id of the query; RFC 8484 wants 0
     * @param flags as sent
     * @param spelled the name in wire form, letters as sent: some clients check them
     * @param hasEdns true if an OPT record came with it
     * @param subnet of its ECS option, null if there was none
     */
    @SuppressWarnings("ArrayRecordComponent") // made for one request
    record Query(
            int id,
            int flags,
            byte[] spelled,
            Question question,
            int dnsClass,
            boolean hasEdns,
            @Nullable Subnet subnet) {
        static Query of(Question question) {
            return new Query(0, RD, encodeName(question.name()), question, IN, false, null);
        }

        int opcode() {
            return flags >> 11 & 15;
        }
    }

    private WireMessage() {}

    /** @throws RefusedException if these bytes are no query with exactly one question */
    static Query read(byte[] bytes) throws RefusedException {
        return new Reader(bytes).query();
    }

    private static final class Reader {
        private final byte[] in;
        private int at;

        Reader(byte[] in) {
            this.in = in;
        }

        Query query() throws RefusedException {
            if (in.length < HEADER + 5) {
                throw bad("shorter than any query");
            }
            if (in.length > MAX) {
                throw bad("longer than 65535 bytes");
            }
            var id = u16();
            var flags = u16();
            var counts = new int[] {u16(), u16(), u16(), u16()};
            if ((flags & QR) != 0) {
                throw bad("a response, not a query");
            }
            if (counts[0] != 1 || counts[1] != 0) {
                throw bad("not exactly one question");
            }
            var from = at;
            var name = name();
            var spelled = Arrays.copyOfRange(in, from, at);
            var type = u16();
            var dnsClass = u16();
            var hasEdns = false;
            Subnet subnet = null;
            for (var i = 0; i < counts[2] + counts[3]; i++) {
                skipName();
                var entryType = u16();
                u16();
                u16();
                u16();
                var end = u16();
                end += at;
                if (end > in.length) {
                    throw bad("a record that ends beyond the message");
                }
                if (entryType == Types.OPT && i >= counts[2]) {
                    if (hasEdns) {
                        throw bad("two OPT records");
                    }
                    hasEdns = true;
                    subnet = options(end);
                }
                at = end;
            }
            if (at != in.length) {
                throw bad("bytes after its end");
            }
            return new Query(id, flags, spelled, new Question(name, type, null), dnsClass, hasEdns, subnet);
        }

        private @Nullable Subnet options(int end) throws RefusedException {
            Subnet subnet = null;
            while (at < end) {
                var code = u16();
                var length = u16();
                var next = at + length;
                if (next > end) {
                    throw bad("an option that ends beyond its record");
                }
                if (code == ECS) {
                    subnet = subnet(next);
                }
                at = next;
            }
            return subnet;
        }

        private Subnet subnet(int end) throws RefusedException {
            if (end - at < 4) {
                throw bad("a client subnet of less than 4 bytes");
            }
            var family = u16();
            var prefix = in[at++] & 0xff;
            var scope = in[at++] & 0xff;
            var size = family == 1 ? 4 : family == 2 ? 16 : 0;
            if (size == 0 || prefix > size * 8 || scope != 0 || end - at != (prefix + 7) / 8) {
                throw bad("a client subnet that contradicts itself");
            }
            var address = new byte[size];
            System.arraycopy(in, at, address, 0, end - at);
            at = end;
            try {
                var raw = InetAddress.getByAddress(address);
                if (raw.getAddress().length != size) {
                    throw bad("an IPv4 address as an IPv6 client subnet");
                }
                var subnet = new Subnet(raw, prefix);
                if (!subnet.address().equals(raw)) {
                    throw bad("a client subnet with bits beyond its prefix");
                }
                return subnet;
            } catch (UnknownHostException e) {
                throw new AssertionError("an address of " + size + " bytes", e);
            }
        }

        private String name() throws RefusedException {
            var name = new StringBuilder();
            var from = at;
            while (true) {
                var length = u8();
                if (length == 0) {
                    break;
                }
                if (length > 63) {
                    throw bad("a compressed name in a question");
                }
                if (at + length > in.length || at + length - from > 254) {
                    throw bad("a name that is too long");
                }
                if (!name.isEmpty()) {
                    name.append('.');
                }
                for (var i = 0; i < length; i++) {
                    var c = in[at++] & 0xff;
                    c = c >= 'A' && c <= 'Z' ? c + 32 : c;
                    if (!Host.mayStand(c)) {
                        throw new RefusedException(
                                Reason.MALFORMED_NAME, "a name may have letters, digits, '-', '_' and '/' only");
                    }
                    name.append((char) c);
                }
            }
            return name.toString();
        }

        private void skipName() throws RefusedException {
            while (true) {
                var length = u8();
                if (length == 0) {
                    return;
                }
                if (length >= 0xc0) {
                    u8();
                    return;
                }
                if (length > 63) {
                    throw bad("a label of an unknown kind");
                }
                at += length;
            }
        }

        private int u8() throws RefusedException {
            if (at >= in.length) {
                throw bad("cut short");
            }
            return in[at++] & 0xff;
        }

        private int u16() throws RefusedException {
            return u8() << 8 | u8();
        }

        private static RefusedException bad(String what) {
            return new RefusedException(Reason.BAD_MESSAGE, "not a DNS query: " + what);
        }
    }

    /** The response to {@code query} with this answer, cut to {@link #MAX} bytes at a record's border if need be. */
    static byte[] write(Query query, Answer answer) {
        return new Writer().response(query, answer.rcode(), answer);
    }

    /** A response that says no more than its rcode. */
    static byte[] write(Query query, int rcode) {
        return new Writer().response(query, rcode, null);
    }

    private static byte[] encodeName(String name) {
        var out = new ByteArrayOutputStream(name.length() + 2);
        if (!name.isEmpty()) {
            for (var label : name.split("\\.", -1)) {
                out.write(label.length());
                out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
            }
        }
        out.write(0);
        return out.toByteArray();
    }

    private static final class Writer {
        private byte[] out = new byte[512];
        private int length;
        /** Where each name and each end of it was written first (RFC 1035, 4.1.4). */
        private final Map<String, Integer> names = new HashMap<>();

        byte[] response(Query query, int rcode, @Nullable Answer answer) {
            u16(query.id);
            u16(QR | (query.flags & (0x7800 | RD | CD)) | RA | (rcode & 15));
            u16(1);
            u16(0);
            u16(0);
            u16(query.hasEdns ? 1 : 0);
            remember(query.question.name(), length);
            bytes(query.spelled, query.spelled.length);
            u16(query.question.type());
            u16(query.dnsClass);
            if (answer != null) {
                var room = MAX - (query.hasEdns ? 512 : 0);
                var written = records(answer.records(), answer, room);
                patch(6, written);
                if (written < answer.records().size()) {
                    patch(2, u16At(2) | TC);
                } else {
                    patch(8, records(answer.authority(), answer, room));
                }
            }
            if (query.hasEdns) {
                opt(query, rcode, answer);
            }
            return Arrays.copyOf(out, length);
        }

        private int records(List<ResourceRecord> records, Answer answer, int room) {
            var written = 0;
            for (var entry : records) {
                var before = length;
                name(entry.name());
                u16(entry.type());
                u16(IN);
                u32(Ttl.of(entry, answer));
                u16(entry.data().length);
                bytes(entry.data(), entry.data().length);
                if (length > room) {
                    length = before;
                    return written;
                }
                written++;
            }
            return written;
        }

        private void opt(Query query, int rcode, @Nullable Answer answer) {
            u8(0);
            u16(Types.OPT);
            u16(1232);
            u32((long) (rcode >> 4) << 24);
            var size = length;
            u16(0);
            if (answer != null) {
                subnet(query, answer);
                extendedError(answer);
            }
            patch(size, length - size - 2);
        }

        /** Tells how wide the answer holds (RFC 7871, 7.2.1); nothing if the client's network did not count. */
        private void subnet(Query query, Answer answer) {
            var asked = query.subnet;
            if (asked == null || (answer.question().client() == null && asked.prefix() > 0)) {
                return;
            }
            var address = asked.address().getAddress();
            var bytes = (asked.prefix() + 7) / 8;
            var scope = answer.scope();
            u16(ECS);
            u16(4 + bytes);
            u16(asked.address() instanceof Inet4Address ? 1 : 2);
            u8(asked.prefix());
            u8(scope == null ? 0 : scope.prefix());
            bytes(address, bytes);
        }

        private void extendedError(Answer answer) {
            var isStale = answer.origin() == Origin.STALE;
            var note = answer.publicNote();
            if (!isStale && note == null) {
                return;
            }
            // 3: stale answer, 19: stale NXDOMAIN, 22: no reachable authority, 0: other
            var code = isStale ? (answer.rcode() == 3 ? 19 : 3) : answer.origin() == Origin.FAILURE ? 22 : 0;
            var text = note == null ? new byte[0] : note.getBytes(StandardCharsets.UTF_8);
            var kept = Math.min(text.length, 200);
            u16(EDE);
            u16(2 + kept);
            u16(code);
            bytes(text, kept);
        }

        private void name(String name) {
            var rest = name;
            while (!rest.isEmpty()) {
                var known = names.get(rest);
                if (known != null) {
                    u16(0xc000 | known);
                    return;
                }
                if (length < 0x4000) {
                    names.put(rest, length);
                }
                var dot = rest.indexOf('.');
                var label = dot < 0 ? rest : rest.substring(0, dot);
                u8(label.length());
                bytes(label.getBytes(StandardCharsets.US_ASCII), label.length());
                rest = dot < 0 ? "" : rest.substring(dot + 1);
            }
            u8(0);
        }

        private void remember(String name, int offset) {
            var rest = name;
            var at = offset;
            while (!rest.isEmpty()) {
                names.put(rest, at);
                var dot = rest.indexOf('.');
                at += (dot < 0 ? rest.length() : dot) + 1;
                rest = dot < 0 ? "" : rest.substring(dot + 1);
            }
        }

        private void u8(int value) {
            room(1);
            out[length++] = (byte) value;
        }

        private void u16(int value) {
            u8(value >> 8);
            u8(value);
        }

        private void u32(long value) {
            u16((int) (value >> 16) & 0xffff);
            u16((int) value & 0xffff);
        }

        private int u16At(int offset) {
            return ((out[offset] & 0xff) << 8) | (out[offset + 1] & 0xff);
        }

        private void patch(int offset, int value) {
            out[offset] = (byte) (value >> 8);
            out[offset + 1] = (byte) value;
        }

        private void bytes(byte[] bytes, int count) {
            room(count);
            System.arraycopy(bytes, 0, out, length, count);
            length += count;
        }

        private void room(int count) {
            if (length + count > out.length) {
                out = Arrays.copyOf(out, Math.max(out.length * 2, length + count));
            }
        }
    }
}
