package io.espalier.backup.dump;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/** Dumps Redis nodes by their replication protocol. */
final class RedisDump {
    private final DumpSpec.Redis spec;
    private final Spool spool;
    private final Findings findings;

    RedisDump(DumpSpec.Redis spec, Spool spool, Findings findings) {
        this.spec = spec;
        this.spool = spool;
        this.findings = findings;
    }

    List<VerifyRecord.Part> run() {
        var parts = new ArrayList<VerifyRecord.Part>();
        for (DumpSpec.Endpoint node : spec.nodes()) {
            parts.add(node(node, "redis-" + parts.size() + ".rdb"));
        }
        if (parts.size() > 1) {
            findings.note("the nodes were dumped one after the other: there is no common point in time");
        }
        return parts;
    }

    private VerifyRecord.Part node(DumpSpec.Endpoint node, String file) {
        Spool.Written written = fetch(node, file);
        findings.requireSize(node.toString(), written.bytes());
        var content = new AtomicReference<RdbReader.Content>();
        spool.readBack(written, in -> content.set(RdbReader.read(in)));
        RdbReader.Content held = content.get();
        held.unknownType()
                .ifPresentOrElse(
                        type -> findings.note(
                                node + ": value type " + type + " is newer than this program; checksum only"),
                        () -> findings.check(node + ": every value parsed, " + held.allKeys()
                                + " keys as announced, RDB version " + held.version()));
        if (held.hasChecksum()) {
            findings.check(node + ": CRC-64 of the whole file");
        } else {
            findings.note(node + ": the server writes no checksum (rdbchecksum no)");
        }
        var keys = new TreeMap<String, TableSum>();
        held.keys().forEach((database, count) -> keys.put("db" + database, new TableSum(count, "")));
        return new VerifyRecord.Part(node.toString(), file, written.bytes(), written.sha256(), keys);
    }

    private Spool.Written fetch(DumpSpec.Endpoint node, String file) {
        try (RedisLink link = RedisLink.open(node, spec.limits().idle());
                Spool.Sink sink = spool.sink(file)) {
            try {
                spec.login().ifPresent(link::signIn);
                requireFresh(node, link.info("replication"));
                RedisLink.Delimiter delimiter = link.copyRdb(sink);
                findings.check(
                        node + ": " + (delimiter == RedisLink.Delimiter.LENGTH ? "announced length" : "end mark"));
                return sink.finish();
            } catch (IOException e) {
                throw link.unreachable(e);
            }
        } catch (IOException e) {
            throw new DumpException(Reason.UNREACHABLE, node + ": " + e.getMessage());
        }
    }

    /** A replica that lost its master holds the past, and says nothing about it. */
    private void requireFresh(DumpSpec.Endpoint node, Map<String, String> replication) {
        String role = Optional.ofNullable(replication.get("role")).orElse("");
        if (!role.equals("slave")) {
            return;
        }
        if (!"up".equals(replication.get("master_link_status"))) {
            throw new DumpException(Reason.NOT_CONSISTENT, node + " is a replica without its master");
        }
        findings.note(node + " is a replica");
    }
}
