package io.espalier.backup.crypt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CryptTest {

    private static final byte[] SECRET = "thirty-two bytes of some secret!".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path dir;

    @Test
    void onlyTheOtherHalfUnwraps() throws Exception {
        AgeIdentity.Pair pair = AgeIdentity.generate();
        byte[] wrapped = AgeRecipient.parse(pair.recipient().text()).wrap(SECRET);
        assertThat(AgeIdentity.parse("# a comment\n" + pair.identity().reveal() + "\n")
                        .unwrap(wrapped))
                .isEqualTo(SECRET);
        assertThatThrownBy(() -> AgeIdentity.generate().identity().unwrap(wrapped))
                .isInstanceOf(KeyException.class);
        for (int at = 0; at < wrapped.length; at += 7) {
            byte[] flipped = wrapped.clone();
            flipped[at] ^= 4;
            assertThatThrownBy(() -> pair.identity().unwrap(flipped)).isInstanceOf(KeyException.class);
        }
        assertThat(pair.identity().toString()).doesNotContain("SECRET");
    }

    @Test
    void theAgeProgramOpensWhatWasWrapped() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/age")))
                .as("the package age")
                .isTrue();
        AgeIdentity.Pair pair = AgeIdentity.generate();
        Path identity =
                Files.writeString(dir.resolve("identity"), pair.identity().reveal() + "\n");
        Path wrapped = Files.write(dir.resolve("wrapped"), pair.recipient().wrap(SECRET));
        Process age = new ProcessBuilder(List.of("/usr/bin/age", "-d", "-i", identity.toString(), wrapped.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(age.getInputStream().readAllBytes()).isEqualTo(SECRET);
        assertThat(age.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nonsenseIsNoKey() {
        assertThatThrownBy(() -> AgeRecipient.parse("age1nonsense")).hasMessageContaining("expected: age1");
        assertThatThrownBy(() -> AgeIdentity.parse("nothing")).hasMessageContaining("expected");
        assertThatThrownBy(() -> AgeIdentity.parse("AGE-SECRET-KEY-1NONSENSE")).hasMessageContaining("malformed");
        assertThatThrownBy(() -> ClientKey.parse("key: 12")).hasMessageContaining("lacks");
    }

    @Test
    void aSealHoldsContentKeyNumberAndWhatItIsAbout() throws Exception {
        byte[] key = Sealing.newKey();
        byte[] plain = new byte[300_000];
        new Random(1).nextBytes(plain);
        byte[] sealed = new Sealing(key).seal(5, new byte[] {1}, plain);
        assertThat(new Sealing(key).open(5, new byte[] {1}, sealed)).isEqualTo(plain);
        assertThatThrownBy(() -> new Sealing(key).open(6, new byte[] {1}, sealed))
                .isInstanceOf(KeyException.class);
        assertThatThrownBy(() -> new Sealing(key).open(5, new byte[] {2}, sealed))
                .isInstanceOf(KeyException.class);
        assertThatThrownBy(() -> new Sealing(Sealing.newKey()).open(5, new byte[] {1}, sealed))
                .isInstanceOf(KeyException.class);
        sealed[1000] ^= 1;
        assertThatThrownBy(() -> new Sealing(key).open(5, new byte[] {1}, sealed))
                .isInstanceOf(KeyException.class);
    }

    @Test
    void aClientKeyFileReadsBackAndItsKeysAreApart() throws IOException {
        ClientKey key = ClientKey.of("ab".repeat(32), AgeIdentity.generate().recipient(), ClientKey.newSecret());
        ClientKey read = ClientKey.parse(key.toFile());
        assertThat(read.gear()).isEqualTo(key.gear());
        assertThat(read.sign(SECRET))
                .isEqualTo(key.sign(SECRET))
                .isNotEqualTo(key.chunkMac().doFinal(SECRET));
        assertThat(key.toString()).isEqualTo("client key abababab");
    }
}
