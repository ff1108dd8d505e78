package io.espalier.backup.dump;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Dumps the databases of a PostgreSQL server, and reads each dump back as a restore would. */
final class PostgresDump {
    static final String GLOBALS = "globals";
    private static final String TRAILER = "-- PostgreSQL database cluster dump complete";
    private static final String TABLES = """
            SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND c.relpersistence <> 't'
               AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
               AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                  AND d.objid = c.oid AND d.deptype = 'e')
            """;

    private final DumpSpec.Postgres spec;
    private final Spool spool;
    private final Findings findings;
    private final PostgresClient client;

    PostgresDump(DumpSpec.Postgres spec, Spool spool, Findings findings) {
        this.spec = spec;
        this.spool = spool;
        this.findings = findings;
        this.client = new PostgresClient(spec.server(), spec.login(), spec.tools(), spec.limits(), spool);
    }

    List<VerifyRecord.Part> run() {
        var parts = new ArrayList<VerifyRecord.Part>();
        if (spec.globals()) {
            parts.add(globals());
        }
        List<String> databases = databases();
        for (String database : databases) {
            parts.add(database(database, "postgresql-" + parts.size() + ".dump"));
        }
        if (databases.size() > 1) {
            findings.note("each database is of one moment; they were dumped one after the other");
        }
        return parts;
    }

    private List<String> databases() {
        String first =
                spec.databases().isEmpty() ? "postgres" : spec.databases().getFirst();
        List<String> there = client
                .query(
                        first,
                        1,
                        "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1")
                .stream()
                .map(List::getFirst)
                .toList();
        var absent = new ArrayList<>(spec.databases());
        absent.removeAll(there);
        if (!absent.isEmpty()) {
            throw new DumpException(Reason.INCOMPLETE, "no such database: " + String.join(", ", absent));
        }
        return spec.databases().isEmpty() ? there : spec.databases();
    }

    private VerifyRecord.Part globals() {
        String file = "globals.sql";
        Spool.Written written;
        try (Spool.Sink sink = spool.sink(file)) {
            client.run("pg_dumpall", List.of("--globals-only"), sink);
            written = sink.finish();
        }
        findings.requireSize(GLOBALS, written.bytes());
        spool.readBack(written, PostgresDump::requireTrailer);
        findings.check(GLOBALS + ": exit status 0, nothing on standard error, trailer there");
        return new VerifyRecord.Part(GLOBALS, file, written.bytes(), written.sha256(), new TreeMap<>());
    }

    private static void requireTrailer(InputStream in) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        String last = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("-- PostgreSQL")) {
                last = line;
            }
        }
        if (!last.equals(TRAILER)) {
            throw new DumpException(Reason.TRUNCATED, GLOBALS + ": the line \"" + TRAILER + "\" is missing");
        }
    }

    private VerifyRecord.Part database(String database, String file) {
        Set<String> before = tables(database);
        Spool.Written written;
        try (Spool.Sink sink = spool.sink(file)) {
            // Uncompressed: equal rows stay equal bytes, and the repository compresses anyway.
            client.run("pg_dump", List.of("--format=custom", "--compress=0", "-d", database), sink);
            written = sink.finish();
        }
        findings.check(database + ": pg_dump: exit status 0, nothing on standard error");
        findings.requireSize(database, written.bytes());
        spool.readBack(written, in -> {});
        SortedMap<String, TableSum> held = parse(database, written);
        Set<String> wanted = before;
        wanted.retainAll(tables(database)); // what was dropped meanwhile need not be there
        int count = wanted.size();
        wanted.removeAll(held.keySet());
        if (!wanted.isEmpty()) {
            throw new DumpException(Reason.INCOMPLETE, database + ": not in the dump: " + String.join(", ", wanted));
        }
        findings.check(database + ": " + count + " tables, as the server lists them, "
                + held.values().stream().mapToLong(TableSum::rows).sum() + " rows");
        return new VerifyRecord.Part(database, file, written.bytes(), written.sha256(), held);
    }

    private SortedMap<String, TableSum> parse(String database, Spool.Written written) {
        String file = written.file().toString();
        var tables = new AtomicReference<SortedMap<String, TableSum>>(new TreeMap<>());
        try {
            client.local(
                    "pg_restore",
                    List.of("--list", file),
                    in -> in.transferTo(java.io.OutputStream.nullOutputStream()));
            client.local(
                    "pg_restore",
                    List.of("--file=-", file),
                    in -> in.transferTo(java.io.OutputStream.nullOutputStream()));
            client.local("pg_restore", List.of("--data-only", "--file=-", file), in -> tables.set(CopyScript.read(in)));
        } catch (DumpException e) {
            if (e.reason() == Reason.TOOL_FAILED) {
                boolean ends = String.valueOf(e.getMessage()).contains("end of file");
                throw new DumpException(ends ? Reason.TRUNCATED : Reason.DAMAGED, database + ": " + e.getMessage());
            }
            throw e;
        }
        findings.check(database + ": pg_restore lists it and reads it to the end");
        return tables.get();
    }

    private Set<String> tables(String database) {
        return client.query(database, 2, TABLES).stream()
                .map(row -> row.get(0) + "." + row.get(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
