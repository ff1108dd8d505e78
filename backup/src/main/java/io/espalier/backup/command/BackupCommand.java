package io.espalier.backup.command;

import io.espalier.backup.crypt.KeyException;
import io.espalier.backup.repository.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Runs one command. */
public final class BackupCommand {

    /** Everything went well. */
    public static final int FINE = 0;
    /** It failed, or what was found or made is not good. */
    public static final int FAILED = 1;
    /** The command line makes no sense. */
    public static final int USAGE = 2;

    private static final String HELP = """
            usage: espalier backup COMMAND --repo R [options]      a repository of this machine
                   espalier backup COMMAND --host H [options]      a host of the fleet, by its orchestrator: list, run,
                                                                   restore, check, prune, drill, status; help is at
                                                                   espalier help backup run, and so on

              init --repo R --key FILE [--identity FILE | --recipient age1...] [--label TEXT]
                          makes a repository: writes this host's client key to --key, and unless a recipient is
                          given, a new age identity to --identity. Take the identity off this host: it reads backups
              run PATH... --repo R --key FILE
                          backs up files. --source NAME (files), --host NAME, --exclude PATTERN (often),
                          --one-file-system, --strict (a file that changes while it is read fails the backup),
                          --no-cache, --state DIR, --limit-upload KIB (a second), --before and --after PROGRAM
              run --kind redis|mysql|postgresql --at SERVER ...
                          backs up a database. SERVER is HOST:PORT or a socket; --user NAME, --password-file FILE,
                          --database NAME (often), --lock-tables (mysql), --globals (postgresql)
              run --kind command --source NAME ... -- PROGRAM [ARGUMENT...]
                          backs up what a program writes to its standard output
              run ... --server URL --fingerprint HEX | --redis HOST:PORT,...
                          to a backup server, straight or through a Redis Cluster, instead of --repo; with
                          --auid AUID --token-file FILE --receipt-key BASE64 (see espalier backup-server)
              list        all snapshots. --host NAME, --source NAME, --with-missing (looks for lost packs)
              show SNAPSHOT [PATH]
                          what is in one; with --identity FILE also its entries. --content writes the file at PATH
              restore SNAPSHOT --to DIR --identity FILE
                          brings it back below DIR. --path P (often), --no-owner
              check       proves that the repository is whole. --sample PERCENT of the packs, --key or --identity FILE
                          to see more
              repair --to DIR --key FILE
                          copies what is good to DIR and makes its index anew; the repository is only read
              forget      removes snapshots. --keep-last N, --keep-daily N, --keep-weekly N, --keep-monthly N,
                          --keep-within 14d, --host NAME, --source NAME; prints what it would do unless --yes is given
              prune       removes packs that no snapshot needs, a day after it marked them. --grace 24h
              key list    the clients of a repository
              key add --key FILE --label TEXT [--recipient age1...]
                          another client, whose chunks are its own

              SNAPSHOT    the first digits of its id, or `latest` (with --host, --source)
              --repo R    a folder; or ESPALIER_BACKUP_REPO, with which nothing goes to an orchestrator
              --key FILE  or ESPALIER_BACKUP_KEY;  --identity FILE  or ESPALIER_BACKUP_IDENTITY
              --output table|json, --quiet, --help

            exit 0: fine, 1: it failed or something is not good, 2: wrong usage
            """;

    private final Map<String, String> environment;
    private final Screen screen;
    private final InstantSource clock;
    private final PrintStream out;

    public BackupCommand(
            Map<String, String> environment,
            PrintStream out,
            PrintStream err,
            boolean isTerminal,
            InstantSource clock) {
        this.environment = environment;
        this.out = out;
        this.clock = clock;
        this.screen = new Screen(out, err, isTerminal, clock);
    }

    /** @return one of the above */
    public int run(List<String> words) {
        if (words.isEmpty()
                || words.contains("--help")
                || words.contains("-h")
                || words.getFirst().equals("help")) {
            screen.print(HELP.stripTrailing());
            return words.isEmpty() ? USAGE : FINE;
        }
        try {
            String name = words.getFirst();
            List<String> rest = words.subList(1, words.size());
            return switch (name) {
                case "init" -> new KeyCommands(environment, screen).init(rest);
                case "key" -> new KeyCommands(environment, screen).key(rest);
                case "run" -> new RunCommand(environment, screen, clock).run(rest);
                case "list" -> new ReadCommands(environment, screen, out).list(rest);
                case "show" -> new ReadCommands(environment, screen, out).show(rest);
                case "restore" -> new ReadCommands(environment, screen, out).restore(rest);
                case "check" -> new CareCommands(environment, screen, clock).check(rest);
                case "repair" -> new CareCommands(environment, screen, clock).repair(rest);
                case "forget" -> new CareCommands(environment, screen, clock).forget(rest);
                case "prune" -> new CareCommands(environment, screen, clock).prune(rest);
                default -> throw new UsageException("there is no command \"" + name + "\"");
            };
        } catch (UsageException | IllegalArgumentException e) {
            screen.complain("espalier backup: " + e.getMessage() + " (see espalier backup --help)");
            return USAGE;
        } catch (StoreException e) {
            screen.complain("espalier backup: " + e.reason() + ": " + e.getMessage());
            return FAILED;
        } catch (KeyException e) {
            screen.complain("espalier backup: WRONG_KEY: " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            screen.complain("espalier backup: " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            screen.complain("espalier backup: interrupted");
            return FAILED;
        }
    }
}
