package io.espalier.backup;

import io.espalier.backup.command.BackupCommand;
import java.time.InstantSource;
import java.util.List;

/** {@code espalier backup}. */
public final class BackupApplication {

    private BackupApplication() {}

    public static void main(String[] args) {
        boolean isTerminal = System.console() != null && System.console().isTerminal();
        var command =
                new BackupCommand(System.getenv(), System.out, System.err, isTerminal, InstantSource.system());
        System.exit(command.run(List.of(args)));
    }
}
