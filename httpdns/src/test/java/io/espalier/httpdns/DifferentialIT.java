package io.espalier.httpdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.resolve.ResolveSettings;
import io.espalier.httpdns.resolve.Upstream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** The same names asked of a real unbound and of us, and of a real BIND and of us: there is no difference. */
class DifferentialIT {
    @TempDir
    Path folder;

    @Test
    void thousandNamesAreAnsweredAsUnboundAnswersThem() throws Exception {
        compare(1_000);
    }

    @Test
    @Tag("long")
    void tenThousandNamesAreAnsweredAsUnboundAnswersThem() throws Exception {
        compare(10_000);
    }

    private record Case(String name, int type) {}

    private void compare(int count) throws Exception {
        assumeTrue(NameServers.areInstalled(), "needs bind9 and unbound");
        var cases = new ArrayList<Case>();
        try (var servers = new NameServers(folder, zone(count, cases))) {
            differences(cases, servers.unboundAsUpstream());
            differences(cases.subList(0, Math.min(cases.size(), 1_000)), servers.bindAsUpstream());
        }
    }

    private static void differences(List<Case> cases, Upstream upstream) throws Exception {
        var settings = ResolvingSettings.of(ResolveSettings.of(List.of(upstream)));
        var differences = new ArrayList<String>();
        try (var names = new Resolving(settings, Clock.systemUTC())) {
            for (var each : cases) {
                var question = new Question(each.name, each.type, null);
                var theirs = NameServers.ask(upstream.address(), each.name, each.type);
                var found = names.lookup(question, Trace.NONE);
                compare(each, theirs, found, differences);
                var again = names.atHand(question);
                assertThat(again).as("%s is kept", each).isNotNull();
                compare(each, theirs, again, differences);
            }
        }
        assertThat(differences).isEmpty();
    }

    private static void compare(Case each, Message theirs, Answer ours, List<String> differences) {
        if (theirs.getRcode() != ours.rcode()) {
            differences.add(each + ": rcode " + theirs.getRcode() + " and " + ours.rcode() + " " + ours.note());
            return;
        }
        var expected = new TreeSet<String>();
        var most = 0L;
        for (var record : theirs.getSection(Section.ANSWER)) {
            expected.add(line(record));
            most = Math.max(most, record.getTTL());
        }
        var actual = new TreeSet<String>();
        for (var record : ours.records()) {
            actual.add(
                    record.name() + " " + record.type() + " " + HexFormat.of().formatHex(record.data()));
            if (record.ttl() < 1 || record.ttl() > most + 1) {
                differences.add(each + ": a TTL of " + record.ttl() + ", theirs is " + most);
            }
        }
        if (!expected.equals(actual)) {
            differences.add(each + ": " + expected + " and " + actual);
        }
        if (!ours.records().isEmpty() || ours.rcode() == 3) {
            order(each, ours, differences);
        }
        if (!expected.isEmpty()) {
            return;
        }
        var soa = theirs.getSection(Section.AUTHORITY).stream()
                .filter(record -> record.getType() == Type.SOA)
                .map(DifferentialIT::line)
                .toList();
        var own = ours.authority().stream()
                .map(record -> record.name() + " " + record.type() + " "
                        + HexFormat.of().formatHex(record.data()))
                .toList();
        if (!soa.equals(own)) {
            differences.add(each + ": SOA " + soa + " and " + own);
        }
    }

    /** The chain comes first, link by link. */
    private static void order(Case each, Answer ours, List<String> differences) {
        var name = each.name;
        for (ResourceRecord record : ours.records()) {
            if (!record.name().equals(name)) {
                differences.add(each + ": " + record.name() + " where " + name + " was to come");
                return;
            }
            if (record.type() == Type.CNAME && each.type != Type.CNAME) {
                name = record.text().substring(0, record.text().length() - 1);
            }
        }
    }

    private static String line(Record record) {
        return record.getName().canonicalize().toString(true) + " " + record.getType() + " "
                + HexFormat.of().formatHex(record.rdataToWireCanonical());
    }

    private static String zone(int count, List<Case> cases) {
        var zone = new StringBuilder("*.wild A 192.0.2.200\n");
        for (var i = 0; i < count; i++) {
            var name = "n" + i;
            var full = name + "." + NameServers.ZONE;
            switch (i % 14) {
                case 0 -> {
                    for (var k = 0; k <= i % 9; k++) {
                        zone.append("%s %d A 192.0.2.%d%n".formatted(name, 60 + i % 300, k + 1));
                    }
                    cases.add(new Case(full, Type.A));
                }
                case 1 -> {
                    zone.append("%s AAAA 2001:db8::%x%n".formatted(name, i));
                    cases.add(new Case(full, Type.AAAA));
                }
                case 2 -> {
                    zone.append("%s CNAME n%d%n".formatted(name, i - 2));
                    cases.add(new Case(full, Type.A));
                }
                case 3 -> {
                    zone.append("%s CNAME n%d%n".formatted(name, i - 1));
                    cases.add(new Case(full, Type.A));
                }
                case 4 -> {
                    zone.append("%1$s MX 10 mail.%1$s%n%1$s MX 20 Backup.Example.ORG.%n".formatted(name));
                    cases.add(new Case(full, Type.MX));
                }
                case 5 -> {
                    for (var k = 0; k < (i % 3 == 0 ? 12 : 1); k++) {
                        zone.append("%s TXT \"v=%d %s\" \"; \\\"quoted\\\" \\\\ \\200\"%n"
                                .formatted(name, k, "x".repeat(180)));
                    }
                    cases.add(new Case(full, Type.TXT));
                }
                case 6 -> {
                    zone.append("_http._tcp.%1$s SRV 1 2 80 n0%n".formatted(name));
                    cases.add(new Case("_http._tcp." + full, Type.SRV));
                }
                case 7 -> {
                    zone.append("%s HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1%n".formatted(name));
                    cases.add(new Case(full, Type.HTTPS));
                }
                case 8 -> cases.add(new Case(full, Type.A));
                case 9 -> {
                    zone.append("%s TXT only%n".formatted(name));
                    cases.add(new Case(full, Type.A));
                }
                case 10 -> {
                    zone.append("%s CNAME gone.%s.%n".formatted(name, NameServers.ZONE));
                    cases.add(new Case(full, Type.A));
                }
                case 11 -> {
                    zone.append("%s CNAME n%d%n".formatted(name, i - 2));
                    cases.add(new Case(full, Type.A));
                }
                case 12 -> cases.add(new Case("x" + i + ".wild." + NameServers.ZONE, Type.A));
                default -> {
                    zone.append("%s PTR host%d.example.%n%1$s CAA 0 issue \"ca.example\"%n".formatted(name, i));
                    cases.add(new Case(full, i % 2 == 0 ? Type.PTR : Type.CAA));
                }
            }
        }
        return zone.toString();
    }
}
