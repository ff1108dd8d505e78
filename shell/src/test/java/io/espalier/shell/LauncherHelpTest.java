package io.espalier.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.shell.command.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The launcher shows its help without starting a JVM, so it has a list of its own. */
class LauncherHelpTest {
    @Test
    void launcherNamesEveryCommand() throws IOException {
        String help = Files.readString(Path.of("../bin/espalier"));

        for (var command : Commands.all()) {
            var path = command.syntax().path();
            boolean grouped = path.size() == 2 && path.getFirst().equals("rollout");
            String written = grouped ? path.getLast() : command.syntax().name();
            assertThat(help).containsPattern("(?m)^  .*\\b" + written + "\\b");
        }
    }
}
