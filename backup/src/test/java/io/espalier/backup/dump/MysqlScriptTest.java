package io.espalier.backup.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MysqlScriptTest {
    private static final String SCRIPT = """
            /*M!999999\\- enable the sandbox mode */\s
            -- MariaDB dump 10.19
            --
            /*!40101 SET NAMES utf8mb4 */;
            CREATE DATABASE /*!32312 IF NOT EXISTS*/ `d`;

            USE `d`;
            /* don't */ CREATE TABLE `a``b` (
              `x` int COMMENT 'INSERT INTO `no` VALUES (1);'
            );
            LOCK TABLES `a``b` WRITE;
            INSERT INTO `a``b` VALUES
            (1,'it''s (\\'; -- not'),(2,"),("),
            (3,NULL);
            INSERT INTO `a``b` (`x`, `y`) VALUES (4,f('()'));
            CREATE TABLE `empty` (`x` int);
            /*!50001 CREATE VIEW `v` AS SELECT 1 AS `x` */;
            DELIMITER ;;
            CREATE PROCEDURE `p`()
            BEGIN -- it's; fine
              # don't
              SELECT ';;', "a;b"; /* it's */
              INSERT INTO `a``b` VALUES (9);
            END ;;
            DELIMITER ;
            -- Dump completed
            """;

    private static MysqlScript.Content read(String script, int piece) throws IOException {
        var bytes = new ByteArrayInputStream(script.getBytes(StandardCharsets.UTF_8));
        return MysqlScript.read(new InputStream() {
            @Override
            public int read() {
                return bytes.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                return bytes.read(into, offset, Math.min(length, piece));
            }
        });
    }

    @Test
    void rowsAreCountedWhateverTheyHold() throws IOException {
        MysqlScript.Content content = read(SCRIPT, 65_536);
        assertThat(content.tables().keySet()).containsExactly("d.a`b", "d.empty");
        assertThat(content.tables().get("d.a`b").rows()).isEqualTo(4);
        assertThat(content.tables().get("d.empty").rows()).isZero();
        assertThat(content.others()).containsExactly("d.v");
    }

    @Test
    void bordersOfReadsMakeNoDifference() throws IOException {
        MysqlScript.Content whole = read(SCRIPT, 65_536);
        for (int piece = 1; piece < 60; piece++) {
            assertThat(read(SCRIPT, piece)).as("pieces of %d", piece).isEqualTo(whole);
        }
    }

    @Test
    void scriptCutAnywhereIsTruncated() {
        int end = SCRIPT.indexOf("-- Dump completed") + "-- Dump completed".length();
        for (int at = 0; at < end; at++) {
            String cut = SCRIPT.substring(0, at);
            assertThatThrownBy(() -> read(cut, 65_536)).as("cut at %d", at).isInstanceOf(DumpException.class);
        }
    }

    @Test
    void orderOfRowsMakesNoDifferenceAndContentDoes() throws IOException {
        String swapped = SCRIPT.replace("(3,NULL)", "(@)")
                .replace("(4,f('()'))", "(3,NULL)")
                .replace("(@)", "(4,f('()'))");
        assertThat(read(swapped, 65_536)).isEqualTo(read(SCRIPT, 65_536));
        assertThat(read(SCRIPT.replace("(3,NULL)", "(3,0)"), 65_536)).isNotEqualTo(read(SCRIPT, 65_536));
    }

    @Test
    void oneTableIsTakenOut() throws IOException {
        var out = new ByteArrayOutputStream();
        MysqlScript.extract(new ByteArrayInputStream(SCRIPT.getBytes(StandardCharsets.UTF_8)), "d", "a`b", out);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("CREATE TABLE `a``b`", "(3,NULL);", "SET NAMES")
                .doesNotContain("`empty`", "PROCEDURE", "USE", "LOCK");
        assertThatThrownBy(() -> MysqlScript.extract(
                        new ByteArrayInputStream(SCRIPT.getBytes(StandardCharsets.UTF_8)), "d", "none", out))
                .isInstanceOf(DumpException.class)
                .hasMessageContaining("not in this dump");
    }
}
