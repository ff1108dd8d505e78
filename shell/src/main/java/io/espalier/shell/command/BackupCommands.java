package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.YES;

import io.espalier.protocol.api.BackupCareRequest;
import io.espalier.protocol.api.BackupHostView;
import io.espalier.protocol.api.BackupRestoreRequest;
import io.espalier.protocol.api.BackupRunRequest;
import io.espalier.protocol.api.BackupTaskView;
import io.espalier.shell.client.ClientException;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Values;
import io.espalier.shell.view.BackupPages;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Backups of the fleet's hosts. A repository of this machine is the launcher's {@code backup} with {@code --repo}. */
final class BackupCommands {
    private static final Option HOST =
            Option.value("host", "HOST", "which host").of(new Values.Known(Noun.HOST));
    private static final Option PATH = Option.value("path", "PATH", "a path on the host; repeat it for more")
            .many();
    private static final Option KIND = Option.value("kind", "KIND", "files, mysql, ...; files if absent");
    private static final Option EXCLUDE =
            Option.value("exclude", "PATTERN", "leave out; repeat it for more").many();
    private static final Option ONE_FILE_SYSTEM = Option.flag("one-file-system", "leave out what is mounted below");
    private static final Option STRICT = Option.flag("strict", "a file that changes while it is read fails the backup");
    private static final Option SERVER = Option.value(
                    "at", "SERVER", "a database: HOST:PORT, or its socket on the host; repeat it for more")
            .many();
    private static final Option USER = Option.value("user", "NAME", "to sign in to the database");
    private static final Option PASSWORD_FILE =
            Option.value("password-file", "PATH", "on the host, with the database's password");
    private static final Option DATABASE = Option.value("database", "NAME", "only this one; repeat it for more")
            .many();
    private static final Option LOCK_TABLES = Option.flag("lock-tables", "mysql: for tables without transactions");
    private static final Option GLOBALS = Option.flag("globals", "postgresql: also roles and tablespaces");
    private static final Option LIMIT =
            Option.value("limit-upload", "KIB", "KiB a second").of(new Values.Whole(1, 10_000_000));
    private static final Option LATEST = Option.flag("latest", "the newest good one that holds the paths");
    private static final Option SNAPSHOT = Option.value("snapshot", "ID", "this one; the first digits are enough");
    private static final Option TO_HOST =
            Option.value("to-host", "HOST", "another host gets it").of(new Values.Known(Noun.HOST));
    private static final Option TO =
            Option.value("to", "DIR", "the folder there that stands for /; / if absent, which is where it was");
    private static final Option NO_OWNER = Option.flag("no-owner", "owners are left as they come");
    private static final Option SAMPLE = Option.value("sample", "PERCENT", "of the packs that are read; 100 if absent")
            .of(new Values.Whole(0, 100));
    private static final Option KEEP_LAST = keep("last", "so many of the newest");
    private static final Option KEEP_DAILY = keep("daily", "one a day, for so many days");
    private static final Option KEEP_WEEKLY = keep("weekly", "one a week");
    private static final Option KEEP_MONTHLY = keep("monthly", "one a month");
    private static final Option KEEP_WITHIN = Option.value("keep-within", "TIME", "all that are younger, such as 14d");

    private static final Duration PACE = Duration.ofMillis(200);
    private static final Duration TOLD_EVERY = Duration.ofSeconds(5);
    private static final Duration LOST = Duration.ofMinutes(2);

    private BackupCommands() {}

    private static Option keep(String name, String about) {
        return Option.value("keep-" + name, "COUNT", about).of(new Values.Whole(1, 10_000));
    }

    static List<Command> all() {
        return List.of(
                new Command(
                        Syntax.of("backup status", "what is protected, and since when")
                                .examples("backup status"),
                        BackupCommands::status),
                new Command(
                        Syntax.of("backup list", "all backups, the newest first")
                                .options(HOST, KIND)
                                .examples("backup list", "backup list --host web1 --kind mysql"),
                        BackupCommands::list),
                new Command(
                        Syntax.of("backup run", "have a host back up files or a database, and wait for its end")
                                .arguments(Argument.one(
                                        "KIND",
                                        "files, redis, mysql or postgresql",
                                        new Values.Choice(List.of("files", "redis", "mysql", "postgresql"))))
                                .options(
                                        HOST,
                                        PATH,
                                        EXCLUDE,
                                        ONE_FILE_SYSTEM,
                                        STRICT,
                                        SERVER,
                                        USER,
                                        PASSWORD_FILE,
                                        DATABASE,
                                        LOCK_TABLES,
                                        GLOBALS,
                                        LIMIT)
                                .examples(
                                        "backup run files --host web1 --path /srv/www",
                                        "backup run mysql --host db1 --at /run/mysqld/mysqld.sock --user backup"
                                                + " --password-file /etc/espalier/mysql.password"),
                        BackupCommands::run),
                new Command(
                        Syntax.of("backup restore", "have a host bring back files, and wait for its end")
                                .options(HOST, PATH, LATEST, SNAPSHOT, KIND, TO_HOST, TO, NO_OWNER)
                                .examples(
                                        "backup restore --host web1 --path /srv/www --latest",
                                        "backup restore --host web1 --snapshot 5b1e77d0 --to-host web2 --to /srv/back"),
                        BackupCommands::restore),
                new Command(
                        Syntax.of("backup check", "prove that what is stored is whole")
                                .options(HOST, SAMPLE)
                                .examples("backup check", "backup check --host web1 --sample 10"),
                        BackupCommands::check),
                new Command(
                        Syntax.of("backup prune", "remove backups that no rule keeps, and what no backup needs")
                                .options(HOST, KEEP_LAST, KEEP_DAILY, KEEP_WEEKLY, KEEP_MONTHLY, KEEP_WITHIN, YES)
                                .examples("backup prune", "backup prune --keep-daily 14 --keep-monthly 12 --yes"),
                        BackupCommands::prune),
                new Command(
                        Syntax.of("backup drill", "restore the newest and another backup of each kind, and compare")
                                .options(HOST)
                                .examples("backup drill", "backup drill --host web1"),
                        BackupCommands::drill));
    }

    private static Answer status(Call call) {
        var hosts = call.api().backups();
        if (hosts.isEmpty()) {
            call.console().say("nothing is backed up yet (espalier backup run)");
        }
        return Answer.of(hosts, page -> BackupPages.hosts(page, hosts));
    }

    private static Answer list(Call call) {
        var snapshots = call.api().backupSnapshots(call.value(HOST), call.value(KIND));
        if (snapshots.isEmpty()) {
            call.console().say("no backups");
        }
        return Answer.of(snapshots, page -> BackupPages.snapshots(page, snapshots));
    }

    private static Answer run(Call call) throws InterruptedException {
        String kind = call.argument(0);
        if (kind.equals("files") && call.values(PATH).isEmpty()) {
            throw CommandException.usage("nothing to back up", "Give at least one --path.");
        }
        if (!kind.equals("files") && call.values(SERVER).isEmpty()) {
            throw CommandException.usage("which server?", "Give --at HOST:PORT, or --at with a socket on the host.");
        }
        var request = new BackupRunRequest(
                host(call),
                kind,
                call.values(PATH),
                call.values(EXCLUDE),
                call.has(ONE_FILE_SYSTEM),
                call.has(STRICT),
                call.values(SERVER),
                call.value(USER),
                call.value(PASSWORD_FILE),
                call.values(DATABASE),
                call.has(LOCK_TABLES),
                call.has(GLOBALS),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                number(call, LIMIT));
        return ended(call, List.of(call.api().runBackup(request)));
    }

    private static Answer restore(Call call) throws InterruptedException {
        String snapshot = call.value(SNAPSHOT);
        if (call.has(LATEST) == (snapshot != null)) {
            throw CommandException.usage("which backup?", "Give --latest, or --snapshot with an id of backup list.");
        }
        var request = new BackupRestoreRequest(
                host(call),
                call.value(KIND),
                snapshot,
                call.values(PATH),
                call.value(TO_HOST),
                call.value(TO),
                !call.has(NO_OWNER));
        return ended(call, List.of(call.api().restoreBackup(request)));
    }

    private static Answer check(Call call) throws InterruptedException {
        return care(call, request -> call.api().checkBackups(request));
    }

    private static Answer prune(Call call) throws InterruptedException {
        boolean removes = List.of(KEEP_LAST, KEEP_DAILY, KEEP_WEEKLY, KEEP_MONTHLY, KEEP_WITHIN).stream()
                .anyMatch(call::has);
        if (removes) {
            String of = call.value(HOST);
            call.confirm(
                    YES, "Remove all backups " + (of == null ? "of all hosts" : "of " + of) + " that no rule keeps?");
        }
        return care(call, request -> call.api().pruneBackups(request));
    }

    private static Answer drill(Call call) throws InterruptedException {
        return care(call, request -> call.api().drillBackups(request));
    }

    /** For one host, or for all that have backups. */
    private static Answer care(Call call, Function<BackupCareRequest, BackupTaskView> begin)
            throws InterruptedException {
        String host = call.value(HOST);
        List<String> hosts = host != null
                ? List.of(host)
                : call.api().backups().stream().map(BackupHostView::host).toList();
        if (hosts.isEmpty()) {
            call.console().say("nothing is backed up yet (espalier backup run)");
        }
        var tasks = new ArrayList<BackupTaskView>();
        for (String one : hosts) {
            tasks.add(begin.apply(new BackupCareRequest(
                    one,
                    number(call, SAMPLE),
                    number(call, KEEP_LAST),
                    number(call, KEEP_DAILY),
                    number(call, KEEP_WEEKLY),
                    number(call, KEEP_MONTHLY),
                    call.value(KEEP_WITHIN))));
        }
        return ended(call, tasks);
    }

    private static String host(Call call) {
        String host = call.value(HOST);
        if (host == null) {
            throw CommandException.usage(
                    "which host?",
                    "Give --host; for a repository of this machine give --repo (espalier backup --help).");
        }
        return host;
    }

    private static @Nullable Integer number(Call call, Option option) {
        String text = call.value(option);
        return text == null ? null : Integer.valueOf(text);
    }

    /** Waits for the end of each, however long that takes, and through a restart of the orchestrator. */
    private static Answer ended(Call call, List<BackupTaskView> begun) throws InterruptedException {
        var ended = new ArrayList<BackupTaskView>();
        for (BackupTaskView task : begun) {
            ended.add(ended(call, task));
        }
        boolean failed = ended.stream().anyMatch(task -> task.state().equals("failed"));
        return new Answer(
                ended.size() == 1 ? ended.getFirst() : ended,
                page -> ended.forEach(task -> BackupPages.task(page, task)),
                failed);
    }

    private static BackupTaskView ended(Call call, BackupTaskView begun) throws InterruptedException {
        BackupTaskView now = begun;
        Instant told = call.clock().instant();
        Instant heard = told;
        while (!now.isOver()) {
            Thread.sleep(PACE);
            Instant instant = call.clock().instant();
            try {
                now = call.api().backupTask(begun.id());
                heard = instant;
            } catch (ClientException e) {
                if (!e.isPassing() || instant.isAfter(heard.plus(LOST))) {
                    throw e;
                }
            }
            if (!now.isOver() && instant.isAfter(told.plus(TOLD_EVERY))) {
                BackupTaskView task = now;
                call.show(page -> BackupPages.progress(page, task));
                told = instant;
            }
        }
        return now;
    }
}
