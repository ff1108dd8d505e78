package io.espalier.backup.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.MutableClock;
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

/** Every way in which a dump of a real MariaDB can be less than it says. */
class LyingMysqlIT {
    private static final DumpSpec.Login BACKUP = DumpSpec.Login.of("backup", "s3cret \"#\\");
    private static Servers servers;
    private static Servers.Server server;

    private final Dumps dumps = new Dumps(MutableClock.fixed());

    @TempDir
    Path folder;

    private Path tools;

    @BeforeAll
    static void start() {
        servers = new Servers();
        server = servers.mariadb("mariadb");
        sql(
                "CREATE DATABASE shop; USE shop; CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(200), raw BLOB);"
                        + "CREATE TABLE shop.`odd ``;(name` (id INT PRIMARY KEY, t TEXT);"
                        + "INSERT INTO shop.items SELECT seq, CONCAT('it''s (', seq, '); -- \\\\'), UNHEX(MD5(seq)) FROM seq_1_to_20000;"
                        + "INSERT INTO shop.`odd ``;(name` VALUES (1, 'INSERT INTO `x` VALUES (1);\\n-- Dump completed\\n');"
                        + "CREATE VIEW shop.names AS SELECT name FROM shop.items; CREATE SEQUENCE shop.numbers;"
                        + "CREATE USER backup@localhost IDENTIFIED BY 's3cret \"#\\\\';"
                        + "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES, RELOAD ON *.* TO backup@localhost;"
                        + "CREATE USER narrow@localhost IDENTIFIED BY 'n'; GRANT SELECT ON shop.items TO narrow@localhost;"
                        + "CREATE USER blind@localhost IDENTIFIED BY 'b'; GRANT SELECT, SHOW VIEW, EVENT ON *.* TO blind@localhost;");
        sql("DELIMITER //\nCREATE PROCEDURE shop.p() BEGIN /* don't */ SELECT 1; -- it's\n SELECT ';;'; END//");
        sql("CREATE TRIGGER shop.t BEFORE INSERT ON shop.items FOR EACH ROW SET NEW.name = IFNULL(NEW.name, '`')");
    }

    @AfterAll
    static void stop() throws Exception {
        servers.close();
    }

    private static String sql(String statements) {
        return Servers.mysql(server, statements);
    }

    @BeforeEach
    void tools() throws IOException {
        tools = Files.createDirectory(folder.resolve("tools"));
        tool("mariadb", "#!/bin/sh\nexec /usr/bin/mariadb \"$@\"\n");
    }

    private DumpSpec.Mysql spec() {
        return new DumpSpec.Mysql(
                server.endpoint(),
                BACKUP,
                List.of(),
                false,
                Optional.empty(),
                Limits.USUAL.idle(Duration.ofSeconds(20)));
    }

    /** The real program behind a script that is told to spoil what it does. */
    private DumpSpec.Mysql behind(String script) throws IOException {
        tool("mariadb-dump", "#!/bin/sh\nreal() { /usr/bin/mariadb-dump \"$@\"; }\n" + script + "\n");
        return new DumpSpec.Mysql(server.endpoint(), BACKUP, List.of(), false, Optional.of(tools), spec().limits());
    }

    private void tool(String name, String script) throws IOException {
        Path file = Files.writeString(tools.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private DumpVerdict dump(DumpSpec spec) {
        return dumps.run(spec, folder.resolve("dump"));
    }

    private void assertFails(DumpSpec spec, Reason reason, String... words) {
        DumpVerdict verdict = dump(spec);
        assertThat(verdict).isInstanceOfSatisfying(DumpVerdict.Failed.class, failed -> {
            assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason);
            assertThat(failed.detail()).doesNotContain("s3cret");
            assertThat(List.of(words))
                    .allSatisfy(word -> assertThat(failed.detail()).contains(word));
        });
        assertThat(folder.resolve("dump")).doesNotExist();
        assertThat(folder.resolve("dump.partial")).doesNotExist();
    }

    @Test
    void wholeDumpCountsEveryRow() throws IOException {
        DumpVerdict verdict = dump(spec());
        assertThat(verdict).isInstanceOf(DumpVerdict.Ok.class);
        VerifyRecord record = ((DumpVerdict.Ok) verdict).record();
        assertThat(record.parts().getFirst().tables()).hasSize(2);
        assertThat(record.parts().getFirst().tables().get("shop.items").rows()).isEqualTo(20_000);
        assertThat(record.parts().getFirst().tables().get("shop.odd `;(name").rows())
                .isEqualTo(1);
        assertThat(record.notes()).isEmpty();
        assertThat(record.folder().resolve("mysql.sql")).exists();
        assertThat(record.folder().toFile().list()).containsExactly("mysql.sql");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(record.folder().resolve("mysql.sql"))))
                .isEqualTo("rw-------");
    }

    @Test
    void equalDataGivesEqualBytes() {
        var first = (DumpVerdict.Ok) dumps.run(spec(), folder.resolve("one"));
        var second = (DumpVerdict.Ok) dumps.run(spec(), folder.resolve("two"));
        assertThat(first.record().parts().getFirst().sha256())
                .isEqualTo(second.record().parts().getFirst().sha256());
    }

    @Test
    void killedToolIsNoDump() throws IOException {
        assertFails(behind("real \"$@\" | head -c 100000; kill -9 $$"), Reason.TOOL_KILLED, "signal 9");
    }

    @Test
    void statusOfZeroDoesNotHideAMissingEnd() throws IOException {
        assertFails(behind("real \"$@\" 2>/dev/null | head -c 100000"), Reason.TRUNCATED);
    }

    @Test
    void trailerAloneDoesNotHideAMissingMiddle() throws IOException {
        assertFails(
                behind("real \"$@\" > all; head -c 100000 all; echo; echo '-- Dump completed'; rm all"),
                Reason.TRUNCATED);
    }

    @Test
    void missingTableIsNoticed() throws IOException {
        assertFails(behind("real \"$@\" --ignore-table=shop.items"), Reason.INCOMPLETE, "shop.items");
    }

    @Test
    void emptyOutputIsNoDump() throws IOException {
        assertFails(behind("exit 0"), Reason.EMPTY);
    }

    @Test
    void warningIsNoDump() throws IOException {
        assertFails(behind("real \"$@\"; echo 'Warning: skipped a row' >&2"), Reason.TOOL_WARNED, "skipped a row");
    }

    @Test
    void warningThatIsKnownToBeHarmlessIsLetThrough() throws IOException {
        DumpSpec.Mysql spec = behind("real \"$@\"; echo 'Warning: harmless' >&2");
        assertThat(dump(spec.with(spec.limits().harmless(List.of("Warning: harmless")))))
                .isInstanceOf(DumpVerdict.Ok.class);
    }

    @Test
    void failingToolIsNoDumpWhateverItWrote() throws IOException {
        assertFails(behind("real \"$@\"; exit 3"), Reason.TOOL_FAILED, "exit status 3");
    }

    @Test
    void missingToolIsNamed() {
        assertFails(
                new DumpSpec.Mysql(server.endpoint(), BACKUP, List.of(), false, Optional.of(tools), spec().limits()),
                Reason.TOOL_MISSING,
                "mariadb-dump");
    }

    @Test
    void silentToolIsEnded() throws IOException {
        DumpSpec.Mysql spec = behind("real \"$@\" | head -c 1000; exec sleep 600");
        assertFails(spec.with(spec.limits().idle(Duration.ofMillis(700))), Reason.TIMED_OUT);
    }

    @Test
    void wrongPasswordIsSaid() {
        var wrong = new DumpSpec.Mysql(
                server.endpoint(),
                DumpSpec.Login.of("backup", "no"),
                List.of(),
                false,
                Optional.empty(),
                spec().limits());
        assertFails(wrong, Reason.NOT_SIGNED_IN, "Access denied");
    }

    @Test
    void accountThatSeesOnlyAPartIsRefused() {
        var narrow = new DumpSpec.Mysql(
                server.endpoint(),
                DumpSpec.Login.of("narrow", "n"),
                List.of("shop"),
                false,
                Optional.empty(),
                spec().limits());
        assertFails(narrow, Reason.NO_RIGHTS, "on shop.* is missing");
        var blind = new DumpSpec.Mysql(
                server.endpoint(),
                DumpSpec.Login.of("blind", "b"),
                List.of("shop"),
                false,
                Optional.empty(),
                spec().limits());
        assertFails(blind, Reason.NO_RIGHTS, "TRIGGER on shop.* is missing");
    }

    @Test
    void unknownDatabaseIsNamed() {
        var spec = new DumpSpec.Mysql(
                server.endpoint(), BACKUP, List.of("shop", "gone"), false, Optional.empty(), spec().limits());
        assertFails(spec, Reason.INCOMPLETE, "gone");
    }

    @Test
    void tableWithoutTransactionsNeedsLocks() {
        sql("CREATE TABLE shop.old (id INT) ENGINE=MyISAM");
        try {
            assertFails(spec(), Reason.NOT_CONSISTENT, "shop.old (myisam)");
            var locking =
                    new DumpSpec.Mysql(server.endpoint(), BACKUP, List.of(), true, Optional.empty(), spec().limits());
            assertThat(dump(locking)).isInstanceOf(DumpVerdict.Ok.class);
        } finally {
            sql("DROP TABLE shop.old");
        }
    }

    @Test
    void tableMadeDuringTheDumpIsNoticed() throws IOException {
        String socket = server.endpoint().toString();
        try {
            assertFails(
                    behind("/usr/bin/mariadb --no-defaults --socket=" + socket
                            + " --user=root -e 'CREATE TABLE shop.late (id INT)'; real \"$@\""),
                    Reason.CHANGED_MEANWHILE);
        } finally {
            sql("DROP TABLE shop.late");
        }
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
            assertThat(small.folder().resolve("dump.partial")).doesNotExist();
        }
    }

    @Test
    void moreThanTheQuotaIsRefused() {
        assertFails(spec().with(spec().limits().bytes(1, 50_000)), Reason.TOO_LARGE);
    }

    @Test
    void lessThanExpectedIsRefused() {
        assertFails(spec().with(spec().limits().bytes(1 << 30, 1L << 40)), Reason.TOO_SMALL);
    }

    @Test
    void shrinkingByHalfIsNoted() {
        DumpVerdict verdict = dump(spec().with(spec().limits().previous(1L << 30)));
        assertThat(((DumpVerdict.Ok) verdict).record().notes())
                .anySatisfy(note -> assertThat(note).contains("shrank"));
    }

    @Test
    void serverThatDiesMidwayIsNoDump() throws Exception {
        Servers.Server other = servers.mariadb("dies");
        Servers.mysql(
                other,
                "CREATE DATABASE d; USE d; CREATE TABLE d.t (id INT PRIMARY KEY, x VARCHAR(250)) AS"
                        + " SELECT seq AS id, REPEAT('x', 250) AS x FROM seq_1_to_200000;");
        tool(
                "mariadb-dump",
                "#!/bin/sh\n/usr/bin/mariadb-dump \"$@\" | { head -c 2000000; kill -9 $(cat "
                        + other.data().resolve("pid") + "); cat; }\nexit 0\n");
        var spec = new DumpSpec.Mysql(
                other.endpoint(), DumpSpec.Login.of("root"), List.of("d"), false, Optional.of(tools), spec().limits());
        DumpVerdict verdict = dump(spec);
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        DumpVerdict.Failed.class,
                        failed -> assertThat(failed.reason())
                                .as(failed.detail())
                                .isIn(Reason.UNREACHABLE, Reason.TOOL_WARNED, Reason.TRUNCATED));
    }
}
