package io.espalier.backup.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.repository.Verdict;
import io.espalier.testkit.MutableClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores into a scratch server, and compares what that server then holds. */
class RestoreDrillIT {
    private final Servers servers = new Servers();
    private final Dumps dumps = new Dumps(MutableClock.fixed());

    @TempDir
    Path folder;

    @AfterEach
    void stop() throws Exception {
        servers.close();
    }

    private VerifyRecord dump(DumpSpec spec, String name) {
        DumpVerdict verdict = dumps.run(spec, folder.resolve(name));
        assertThat(verdict).isInstanceOf(DumpVerdict.Ok.class);
        return ((DumpVerdict.Ok) verdict).record();
    }

    private static DumpSpec.Mysql mysql(Servers.Server server) {
        return new DumpSpec.Mysql(
                server.endpoint(), DumpSpec.Login.of("root"), List.of(), false, Optional.empty(), Limits.USUAL);
    }

    private static DumpSpec.Postgres postgres(Servers.Server server, String database) {
        return new DumpSpec.Postgres(
                server.endpoint(),
                DumpSpec.Login.of("postgres", "boss"),
                List.of(database),
                false,
                Optional.empty(),
                Limits.USUAL);
    }

    @Test
    void mysqlComesBackWholeAndByTable() throws IOException {
        Servers.Server source = servers.mariadb("source");
        Servers.mysql(
                source,
                "CREATE DATABASE shop; USE shop; CREATE TABLE items (id INT PRIMARY KEY, name TEXT, raw BLOB);"
                        + "INSERT INTO items SELECT seq, CONCAT('it''s; (', seq), UNHEX(MD5(seq)) FROM seq_1_to_5000;"
                        + "CREATE TABLE other (id INT); INSERT INTO other VALUES (1), (2);"
                        + "CREATE VIEW names AS SELECT name FROM items");
        VerifyRecord record = dump(mysql(source), "dump");
        Path script = record.folder().resolve("mysql.sql");
        var wanted = record.parts().getFirst().tables();

        Servers.Server scratch = servers.mariadb("scratch");
        assertThat(Restores.whole(mysql(scratch), script, folder.resolve("work")))
                .isEmpty();
        var restored = dump(mysql(scratch), "again").parts().getFirst().tables();
        assertThat(Restores.differences(wanted, restored)).isEmpty();
        assertThat(restored.get("shop.items").rows()).isEqualTo(5_000);
        assertThat(Servers.mysql(scratch, "CHECKSUM TABLE shop.items"))
                .isEqualTo(Servers.mysql(source, "CHECKSUM TABLE shop.items"));

        Servers.mysql(scratch, "CREATE DATABASE bench");
        assertThat(Restores.table(mysql(scratch), script, "shop.items", "bench", folder.resolve("work")))
                .isEmpty();
        assertThat(Servers.mysql(scratch, "SHOW TABLES IN bench")).isEqualTo("items");
        assertThat(Servers.mysql(scratch, "SELECT COUNT(*) FROM bench.items")).isEqualTo("5000");
        assertThat(Restores.table(mysql(scratch), script, "shop.none", "bench", folder.resolve("work")))
                .map(DumpVerdict.Failed::reason)
                .contains(Reason.INCOMPLETE);

        Servers.mysql(scratch, "UPDATE shop.items SET name = 'x' WHERE id = 7; DELETE FROM shop.other LIMIT 1");
        assertThat(Restores.differences(
                        wanted,
                        dump(mysql(scratch), "changed").parts().getFirst().tables()))
                .containsExactly("shop.items has other rows", "shop.other has 1 rows, not 2");
        assertThat(folder.resolve("work.partial")).doesNotExist();
    }

    @Test
    void postgresComesBackWholeAndByTable() {
        Servers.Server source = servers.postgres();
        Servers.psql(source, "postgres", "CREATE DATABASE shop");
        Servers.psql(
                source,
                "shop",
                "CREATE TABLE items AS SELECT n AS id, md5(n::text) AS name FROM generate_series(1, 5000) n;"
                        + "CREATE TABLE other (id INT); INSERT INTO other VALUES (1), (2)");
        VerifyRecord record = dump(postgres(source, "shop"), "dump");
        VerifyRecord.Part part = record.part("shop");
        Path file = record.folder().resolve(part.file());

        Servers.Server scratch = servers.postgres();
        Servers.psql(scratch, "postgres", "CREATE DATABASE shop");
        Servers.psql(scratch, "postgres", "CREATE DATABASE bench");
        assertThat(Restores.whole(postgres(scratch, "shop"), file, "shop", folder.resolve("work")))
                .isEmpty();
        assertThat(Restores.differences(
                        part.tables(),
                        dump(postgres(scratch, "shop"), "again").part("shop").tables()))
                .isEmpty();
        assertThat(Restores.table(postgres(scratch, "bench"), file, "public.items", "bench", folder.resolve("work")))
                .isEmpty();
        var table = dump(postgres(scratch, "bench"), "table").part("bench").tables();
        assertThat(table.keySet()).containsExactly("public.items");
        assertThat(table.get("public.items")).isEqualTo(part.tables().get("public.items"));
        Servers.psql(scratch, "shop", "UPDATE items SET name = 'x' WHERE id = 7");
        assertThat(Restores.differences(
                        part.tables(),
                        dump(postgres(scratch, "shop"), "changed").part("shop").tables()))
                .containsExactly("public.items has other rows");
    }

    @Test
    void dumpGoesToTheRepositoryOnlyAsItWasChecked() throws IOException {
        VerifyRecord record =
                dump(new DumpSpec.Command("ldap", List.of("echo", "dn: x"), List.of(), Limits.USUAL), "ldap");
        var source = new DumpSource(record, record.part("ldap"));
        var out = new ByteArrayOutputStream();
        source.writeTo(out);
        assertThat(out.toString()).isEqualTo("dn: x\n");
        assertThat(source.verdict()).isInstanceOf(Verdict.Ok.class);

        Files.writeString(record.folder().resolve("dump"), "dn: y\n");
        source.writeTo(out);
        assertThat(source.verdict()).isInstanceOf(Verdict.Failed.class);
    }
}
