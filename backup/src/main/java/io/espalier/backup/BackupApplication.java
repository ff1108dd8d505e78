package io.espalier.backup;

import io.espalier.backup.command.BackupCommand;
import java.io.Console;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** {@code espalier backup}. */
public final class BackupApplication {

    private BackupApplication() {}

    public static void main(String[] args) {
        boolean isTerminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        var command = new BackupCommand(System.getenv(), System.out, System.err, isTerminal, InstantSource.system());
        System.exit(command.run(List.of(args)));
    }
}
