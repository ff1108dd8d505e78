package io.espalier.backup.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.MutableClock;
import io.espalier.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which a dump of a real PostgreSQL can be less than it says. */
class LyingPostgresIT {
    private static final DumpSpec.Login BOSS = DumpSpec.Login.of("postgres", "boss");
    private static Servers servers;
    private static Servers.Server server;

    private final Dumps dumps = new Dumps(MutableClock.fixed());

    @TempDir
    Path folder;

    private Path tools;

    @BeforeAll
    static void start() {
        servers = new Servers();
        server = servers.postgres();
        Servers.psql(server, "postgres", "CREATE DATABASE shop");
        sql("CREATE TABLE items AS SELECT n AS id, 'it''s ' || repeat(md5(n::text), 4) AS name"
                + " FROM generate_series(1, 20000) n; ALTER TABLE items ADD PRIMARY KEY (id);"
                + "CREATE SCHEMA \"My (odd)\"; CREATE TABLE \"My (odd)\".\"a.b \"\" FROM stdin;\" (t text);"
                + "INSERT INTO \"My (odd)\".\"a.b \"\" FROM stdin;\" VALUES (E'\\\\.'), (E'a\\nb'), (NULL);"
                + "CREATE TABLE nothing (); CREATE VIEW names AS SELECT name FROM items;"
                + "CREATE ROLE narrow LOGIN PASSWORD 'n'; GRANT SELECT ON nothing TO narrow;");
    }

    @AfterAll
    static void stop() throws Exception {
        servers.close();
    }

    private static String sql(String statements) {
        return Servers.psql(server, "shop", statements);
    }

    @BeforeEach
    void tools() throws IOException {
        tools = Files.createDirectory(folder.resolve("tools"));
        for (String name : List.of("psql", "pg_restore", "pg_dumpall")) {
            Path real = PostgresServer.programs().orElseThrow().resolve(name);
            tool(name, "#!/bin/sh\nexec " + real + " \"$@\"\n");
        }
    }

    private void tool(String name, String script) throws IOException {
        Path file = Files.writeString(tools.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private DumpSpec.Postgres spec() {
        return new DumpSpec.Postgres(
                server.endpoint(),
                BOSS,
                List.of("shop"),
                false,
                Optional.empty(),
                Limits.USUAL.idle(Duration.ofSeconds(20)));
    }

    private DumpSpec.Postgres behind(String script) throws IOException {
        Path real = PostgresServer.programs().orElseThrow().resolve("pg_dump");
        tool("pg_dump", "#!/bin/sh\nreal() { " + real + " \"$@\"; }\n" + script + "\n");
        return new DumpSpec.Postgres(
                server.endpoint(), BOSS, List.of("shop"), false, Optional.of(tools), spec().limits());
    }

    private DumpVerdict dump(DumpSpec spec) {
        return dumps.run(spec, folder.resolve("dump"));
    }

    private void assertFails(DumpSpec spec, Reason reason, String... words) {
        assertThat(dump(spec)).isInstanceOfSatisfying(DumpVerdict.Failed.class, failed -> {
            assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason);
            assertThat(failed.detail()).doesNotContain("boss");
            assertThat(List.of(words))
                    .allSatisfy(word -> assertThat(failed.detail()).contains(word));
        });
        assertThat(folder.resolve("dump")).doesNotExist();
        assertThat(folder.resolve("dump.partial")).doesNotExist();
    }

    @Test
    void wholeDumpCountsEveryRow() {
        var all = new DumpSpec.Postgres(server.endpoint(), BOSS, List.of(), true, Optional.empty(), spec().limits());
        DumpVerdict verdict = dump(all);
        assertThat(verdict).isInstanceOf(DumpVerdict.Ok.class);
        VerifyRecord record = ((DumpVerdict.Ok) verdict).record();
        assertThat(record.parts()).extracting(VerifyRecord.Part::name).containsExactly("globals", "postgres", "shop");
        var tables = record.part("shop").tables();
        assertThat(tables.keySet()).containsExactly("My (odd).a.b \" FROM stdin;", "public.items", "public.nothing");
        assertThat(tables.get("public.items").rows()).isEqualTo(20_000);
        assertThat(tables.get("My (odd).a.b \" FROM stdin;").rows()).isEqualTo(3);
        assertThat(tables.get("public.nothing").rows()).isZero();
    }

    @Test
    void killedToolIsNoDump() throws IOException {
        assertFails(behind("real \"$@\" | head -c 300000; kill -9 $$"), Reason.TOOL_KILLED, "signal 9");
    }

    @Test
    void statusOfZeroDoesNotHideAMissingEnd() throws IOException {
        assertFails(behind("real \"$@\" 2>/dev/null | head -c 1000000"), Reason.TRUNCATED);
    }

    @Test
    void changedByteInTheContentsIsNoticed() throws IOException {
        assertFails(behind("real \"$@\" | sed 's/^PGDMP/PGDMQ/'"), Reason.DAMAGED);
    }

    @Test
    void missingTableIsNoticed() throws IOException {
        assertFails(behind("real \"$@\" --exclude-table=items"), Reason.INCOMPLETE, "public.items");
        assertFails(behind("real \"$@\" --exclude-table-data=items"), Reason.INCOMPLETE, "public.items");
    }

    @Test
    void emptyOutputIsNoDump() throws IOException {
        assertFails(behind("exit 0"), Reason.EMPTY);
    }

    @Test
    void warningIsNoDump() throws IOException {
        assertFails(behind("real \"$@\"; echo 'pg_dump: warning: odd' >&2"), Reason.TOOL_WARNED, "odd");
    }

    @Test
    void failingToolIsNoDumpWhateverItWrote() throws IOException {
        assertFails(behind("real \"$@\"; exit 1"), Reason.TOOL_FAILED, "exit status 1");
    }

    @Test
    void missingToolIsNamed() {
        assertFails(
                new DumpSpec.Postgres(
                        server.endpoint(), BOSS, List.of("shop"), false, Optional.of(tools), spec().limits()),
                Reason.TOOL_MISSING,
                "pg_dump");
    }

    @Test
    void wrongPasswordIsSaid() {
        assertFails(as("postgres", "no"), Reason.NOT_SIGNED_IN, "password authentication failed");
    }

    @Test
    void accountThatMayNotReadATableIsRefused() {
        assertFails(as("narrow", "n"), Reason.NO_RIGHTS, "permission denied");
    }

    private DumpSpec.Postgres as(String user, String password) {
        return new DumpSpec.Postgres(
                server.endpoint(),
                DumpSpec.Login.of(user, password),
                List.of("shop"),
                false,
                Optional.empty(),
                spec().limits());
    }

    @Test
    void fullSpoolIsSaidToBeFull() throws IOException {
        try (var small = new SmallDisk(folder.resolve("small"))) {
            DumpVerdict verdict = dumps.run(spec(), small.folder().resolve("dump"));
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            DumpVerdict.Failed.class,
                            failed -> assertThat(failed.reason())
                                    .as(failed.detail())
                                    .isEqualTo(Reason.SPOOL_FULL));
        }
    }

    @Test
    void serverThatDiesMidwayIsNoDump() throws IOException {
        Servers.Server other = servers.postgres();
        Servers.psql(
                other,
                "postgres",
                "CREATE TABLE t AS SELECT n, repeat('x', 200) AS x FROM generate_series(1, 200000) n");
        Path real = PostgresServer.programs().orElseThrow().resolve("pg_dump");
        tool(
                "pg_dump",
                "#!/bin/sh\nboss=$(head -n 1 " + other.data().resolve("data/postmaster.pid") + ")\n" + real
                        + " \"$@\" | { head -c 2000000; kill -9 $(ps -o pid= --ppid $boss) $boss; cat; }\nexit 0\n");
        var spec = new DumpSpec.Postgres(
                other.endpoint(), BOSS, List.of("postgres"), false, Optional.of(tools), spec().limits());
        DumpVerdict verdict = dump(spec);
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        DumpVerdict.Failed.class,
                        failed -> assertThat(failed.reason())
                                .as(failed.detail())
                                .isIn(Reason.UNREACHABLE, Reason.TOOL_WARNED, Reason.TRUNCATED));
    }
}
