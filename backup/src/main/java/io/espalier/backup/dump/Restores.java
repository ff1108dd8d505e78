package io.espalier.backup.dump;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Puts a dump, or one table of it, into a server; a drill gives a scratch server for it, dumps that again, and compares.
 * The first statement that fails ends it.
 */
public final class Restores {
    private static final String SCRATCH = "table.sql";

    private Restores() {}

    /**
     * One table into {@code database}, which is there and does not have the table.
     *
     * @param table as in the part's list of tables: {@code database.table} for MySQL, {@code schema.table} for
     *     PostgreSQL; its schema is there
     * @param work does not exist; it is gone afterwards
     * @return why not; empty: it is restored
     */
    public static Optional<DumpVerdict.Failed> table(
            DumpSpec.Mysql target, Path dump, String table, String database, Path work) {
        return within(work, target.limits(), spool -> {
            int dot = table.indexOf('.');
            try (Spool.Sink sink = spool.sink(SCRATCH);
                    InputStream script = Files.newInputStream(dump)) {
                MysqlScript.extract(script, table.substring(0, dot), table.substring(dot + 1), sink);
                sink.finish();
            }
            var client = new MysqlClient(target.server(), target.login(), target.tools(), target.limits(), spool);
            try (InputStream part = Files.newInputStream(spool.folder().resolve(SCRATCH))) {
                client.load(Optional.of(database), part);
            }
        });
    }

    /** All databases of a dump. */
    public static Optional<DumpVerdict.Failed> whole(DumpSpec.Mysql target, Path dump, Path work) {
        return within(work, target.limits(), spool -> {
            var client = new MysqlClient(target.server(), target.login(), target.tools(), target.limits(), spool);
            try (InputStream script = Files.newInputStream(dump)) {
                client.load(Optional.empty(), script);
            }
        });
    }

    /** As for MySQL; owners and rights are left to the target. Never by psql, which would run a dump's own commands. */
    public static Optional<DumpVerdict.Failed> table(
            DumpSpec.Postgres target, Path dump, String table, String database, Path work) {
        int dot = table.indexOf('.');
        return postgres(
                target,
                dump,
                database,
                List.of("--schema=" + table.substring(0, dot), "--table=" + table.substring(dot + 1)),
                work);
    }

    /** All of a database's dump into {@code database}, which is there and empty. */
    public static Optional<DumpVerdict.Failed> whole(DumpSpec.Postgres target, Path dump, String database, Path work) {
        return postgres(target, dump, database, List.of(), work);
    }

    private static Optional<DumpVerdict.Failed> postgres(
            DumpSpec.Postgres target, Path dump, String database, List<String> which, Path work) {
        return within(work, target.limits(), spool -> {
            var options = new ArrayList<>(List.of("--exit-on-error", "--single-transaction", "--no-owner", "--no-acl"));
            options.addAll(which);
            options.addAll(List.of("--dbname=" + database, dump.toAbsolutePath().toString()));
            new PostgresClient(target.server(), target.login(), target.tools(), target.limits(), spool)
                    .run("pg_restore", options, OutputStream.nullOutputStream());
        });
    }

    /** What differs between the tables that a dump says it has and those that a dump of the restored server has. */
    public static List<String> differences(SortedMap<String, TableSum> wanted, SortedMap<String, TableSum> restored) {
        var differences = new ArrayList<String>();
        wanted.forEach((table, sum) -> {
            TableSum there = restored.get(table);
            if (there == null) {
                differences.add(table + " is missing");
            } else if (there.rows() != sum.rows()) {
                differences.add(table + " has " + there.rows() + " rows, not " + sum.rows());
            } else if (!there.equals(sum)) {
                differences.add(table + " has other rows");
            }
        });
        return differences;
    }

    private interface Work {
        void run(Spool spool) throws IOException;
    }

    private static Optional<DumpVerdict.Failed> within(Path folder, Limits limits, Work work) {
        try (Spool spool = Spool.open(folder, limits.maxBytes())) {
            work.run(spool);
            return Optional.empty();
        } catch (DumpException e) {
            return Optional.of(new DumpVerdict.Failed(e.reason(), String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return Optional.of(new DumpVerdict.Failed(Reason.SPOOL_FAILED, String.valueOf(e.getMessage())));
        }
    }
}
