package io.espalier.backup.dump;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Dumps a MySQL or MariaDB server, and compares the script with what the server says it has. */
final class MysqlDump {
    static final String FILE = "mysql.sql";
    private static final Set<String> TRANSACTIONAL = Set.of("innodb", "rocksdb", "blackhole");

    private final DumpSpec.Mysql spec;
    private final Spool spool;
    private final Findings findings;
    private final MysqlClient client;

    MysqlDump(DumpSpec.Mysql spec, Spool spool, Findings findings) {
        this.spec = spec;
        this.spool = spool;
        this.findings = findings;
        this.client = new MysqlClient(spec.server(), spec.login(), spec.tools(), spec.limits(), spool);
    }

    /** A line of the server's own list. The whole line is compared, so that a change is seen. */
    private record Table(String name, String type, String engine) {
        static Table parse(String line) {
            String[] fields = line.split("\t", -1);
            return new Table(
                    MysqlClient.name(fields[0]) + "." + MysqlClient.name(fields[1]),
                    fields[2],
                    fields[3].toLowerCase(Locale.ROOT));
        }

        boolean hasRows() {
            return type.equals("BASE TABLE") || type.equals("SYSTEM VERSIONED");
        }
    }

    List<VerifyRecord.Part> run() {
        List<String> databases = databases();
        Grants.parse(String.join("\n", client.query("SHOW GRANTS")))
                .missing(databases, spec.locking())
                .ifPresent(missing -> {
                    throw new DumpException(Reason.NO_RIGHTS, missing);
                });
        findings.check("the account sees all of " + String.join(", ", databases));
        List<String> before = tables(databases);
        List<Table> tables = before.stream().map(Table::parse).toList();
        requireConsistent(tables);
        Spool.Written written;
        try (Spool.Sink sink = spool.sink(FILE)) {
            client.dump(options(databases), sink);
            written = sink.finish();
        }
        findings.check("dump program: exit status 0, nothing on standard error");
        findings.requireSize("script", written.bytes());
        var content = new AtomicReference<MysqlScript.Content>();
        spool.readBack(written, in -> content.set(MysqlScript.read(in)));
        findings.check("script: every statement parsed, trailer there");
        if (!tables(databases).equals(before)) {
            throw new DumpException(Reason.CHANGED_MEANWHILE, "tables were made, changed or dropped during the dump");
        }
        requireComplete(tables, content.get());
        return List.of(new VerifyRecord.Part(
                "all", FILE, written.bytes(), written.sha256(), content.get().tables()));
    }

    private List<String> databases() {
        List<String> there = client
                .query("SELECT HEX(schema_name) FROM information_schema.schemata"
                        + " WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'sys', 'mysql')"
                        + " ORDER BY 1")
                .stream()
                .map(MysqlClient::name)
                .toList();
        if (spec.databases().isEmpty()) {
            if (there.isEmpty()) {
                throw new DumpException(Reason.EMPTY, "the account sees no database");
            }
            return there;
        }
        var absent = new ArrayList<>(spec.databases());
        absent.removeAll(there);
        if (!absent.isEmpty()) {
            throw new DumpException(Reason.INCOMPLETE, "no such database: " + String.join(", ", absent));
        }
        return spec.databases();
    }

    private List<String> tables(List<String> databases) {
        String in = databases.stream().map(MysqlClient::literal).collect(Collectors.joining(", "));
        return client.query("SELECT HEX(table_schema), HEX(table_name), table_type, IFNULL(engine, ''),"
                + " IFNULL(create_time, '') FROM information_schema.tables WHERE table_schema IN (" + in
                + ") ORDER BY 1, 2");
    }

    private void requireConsistent(List<Table> tables) {
        if (spec.locking()) {
            findings.check("all tables locked during the dump");
            return;
        }
        String others = tables.stream()
                .filter(table -> table.hasRows() && !TRANSACTIONAL.contains(table.engine()))
                .map(table -> table.name() + " (" + table.engine() + ")")
                .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            throw new DumpException(
                    Reason.NOT_CONSISTENT, "without transactions, so only a locking dump shows one moment: " + others);
        }
        findings.check("one transaction over transactional tables");
    }

    private List<String> options(List<String> databases) {
        var options = new ArrayList<>(List.of(
                spec.locking() ? "--lock-all-tables" : "--single-transaction",
                "--quick",
                "--routines",
                "--events",
                "--triggers",
                "--hex-blob",
                "--skip-dump-date", // equal data, equal bytes
                "--default-character-set=utf8mb4",
                "--max-allowed-packet=1G",
                "--databases"));
        options.addAll(databases);
        return options;
    }

    private void requireComplete(List<Table> tables, MysqlScript.Content content) {
        var wanted =
                tables.stream().filter(Table::hasRows).map(Table::name).collect(Collectors.toCollection(TreeSet::new));
        var others = tables.stream()
                .filter(table -> !table.hasRows())
                .map(Table::name)
                .collect(Collectors.toCollection(TreeSet::new));
        int count = wanted.size() + others.size();
        var there = new HashSet<>(content.tables().keySet());
        wanted.removeAll(there);
        others.removeAll(content.others());
        wanted.addAll(others);
        if (!wanted.isEmpty()) {
            throw new DumpException(Reason.INCOMPLETE, "not in the dump: " + String.join(", ", wanted));
        }
        findings.check(count + " tables and views, as the server lists them, "
                + content.tables().values().stream().mapToLong(TableSum::rows).sum() + " rows");
    }
}
