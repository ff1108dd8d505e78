package io.espalier.bench;

import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.cache.CacheRules;
import io.espalier.httpdns.cache.Kept;
import io.espalier.httpdns.cache.MemoryCache;
import io.espalier.httpdns.cache.Packing;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.Credibility;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Type;

/** HTTPDNS's cache in memory against dnsjava's: bytes a name, cached look-ups a second (args: names, default 1000000). */
public final class NamesBench {
    private static final int ROUNDS = 7;
    private static final int LOOKUPS = 2_000_000;
    private static final int TTL = 86_400;

    private NamesBench() {}

    public static void main(String[] args) throws Exception {
        var names = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
        var now = System.currentTimeMillis();
        var before = used();
        var ours = ours(names, now);
        var oursBytes = used() - before;
        before = used();
        var peer = peer(names);
        var peerBytes = used() - before;
        System.out.printf(
                Locale.ROOT,
                "httpdns         %,d names kept of %,d: %.0f MB of heap, %.0f B a name, by its own count %.0f MB%n",
                ours.size(),
                names,
                oursBytes / 1e6,
                (double) oursBytes / ours.size(),
                ours.bytes() / 1e6);
        System.out.printf(
                Locale.ROOT,
                "dnsjava Cache   %,d names: %.0f MB of heap, %.0f B a name%n",
                peer.getSize(),
                peerBytes / 1e6,
                (double) peerBytes / peer.getSize());
        System.out.printf(
                Locale.ROOT,
                "ratio           %.2f times less memory%n",
                (double) peerBytes / peer.getSize() / oursBytes * ours.size());

        var mine = new ArrayList<Double>();
        var theirs = new ArrayList<Double>();
        for (var round = 0; round < ROUNDS + 2; round++) {
            var a = LOOKUPS / Timed.seconds(() -> lookups(ours, names, now)) / 1e6;
            var b = LOOKUPS / Timed.seconds(() -> lookups(peer, names)) / 1e6;
            if (round >= 2) {
                mine.add(a);
                theirs.add(b);
            }
        }
        var one = new Figures("httpdns, one thread", "million/s", mine);
        var two = new Figures("dnsjava Cache, one thread", "million/s", theirs);
        System.out.printf(Locale.ROOT, "%s%n%s%nratio           %.2f%n", one, two, one.median() / two.median());
    }

    private static String name(int i) {
        return "host-" + i + ".region-" + i % 50 + ".example.com";
    }

    private static MemoryCache ours(int names, long now) {
        var cache = new MemoryCache(512L << 20, CacheRules.USUAL);
        for (var i = 0; i < names; i++) {
            var data = new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
            var text = "10." + (data[1] & 0xff) + "." + (data[2] & 0xff) + "." + (data[3] & 0xff);
            var record = new ResourceRecord(name(i), Type.A, TTL, data, text);
            var body = Packing.pack(name(i), 0, null, List.of(record), List.of());
            cache.put(
                    new Question(name(i), Type.A, null),
                    new Kept(body, now, now + TTL * 1000L, now + 2 * TTL * 1000L, null, true),
                    now);
        }
        return cache;
    }

    private static Cache peer(int names) throws IOException {
        var cache = new Cache(DClass.IN);
        cache.setMaxEntries(names);
        for (var i = 0; i < names; i++) {
            var address = InetAddress.getByAddress(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
            cache.addRRset(
                    new RRset(new ARecord(Name.fromString(name(i) + "."), DClass.IN, TTL, address)),
                    Credibility.NORMAL);
        }
        return cache;
    }

    private static void lookups(MemoryCache cache, int names, long now) {
        var random = new Random(1);
        for (var i = 0; i < LOOKUPS; i++) {
            var question = new Question(name(popular(random, names)), Type.A, null);
            var kept = cache.find(question, now);
            if (kept == null
                    || kept.fresh(question, now, Origin.MEMORY).records().size() != 1) {
                throw new IllegalStateException("lost " + question);
            }
        }
    }

    private static void lookups(Cache cache, int names) throws IOException {
        var random = new Random(1);
        for (var i = 0; i < LOOKUPS; i++) {
            var name = Name.fromString(name(popular(random, names)) + ".");
            if (!cache.lookupRecords(name, Type.A, Credibility.NORMAL).isSuccessful()) {
                throw new IllegalStateException("lost " + name);
            }
        }
    }

    /** Few names are asked for often. */
    private static int popular(Random random, int names) {
        return (int) Math.pow(names, random.nextDouble()) % names;
    }

    private static long used() {
        var runtime = Runtime.getRuntime();
        for (var i = 0; i < 4; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
