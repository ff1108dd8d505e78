package io.espalier.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
    @TempDir
    Path home;

    @Test
    void everyTrainedCommandEndsAsItShould() throws IOException {
        assertThat(Training.run(home)).isZero();
    }
}
