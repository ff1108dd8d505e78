package io.espalier.shell.command;

import static io.espalier.shell.command.Commands.known;

import io.espalier.protocol.api.EnrolProbe;
import io.espalier.protocol.api.EnrolRequest;
import io.espalier.protocol.api.EnrolmentView;
import io.espalier.shell.client.ClientException;
import io.espalier.shell.line.Argument;
import io.espalier.shell.line.Noun;
import io.espalier.shell.line.Option;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Values;
import io.espalier.shell.view.PeoplePages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a machine into the fleet. Its host key is shown to a person, or compared with the one given, before anything secret is sent. */
final class EnrolCommand {
    private static final Duration PACE = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofMinutes(20);
    private static final int MOST_KEY_BYTES = 64 * 1024;
    private static final int MOST_PASSWORD_BYTES = 1024;

    private static final Option NAME = Option.value("name", "NAME", "in the fleet; the machine's own name if absent");
    private static final Option TAG =
            Option.value("tag", "TAG", "a tag for the host; repeat it for more").many();
    private static final Option HOST_KEY =
            Option.value("host-key", "SHA256:...", "the fingerprint that the machine must show; else you are asked");
    private static final Option PASSWORD_STDIN =
            Option.flag("password-stdin", "the user's password is the first line of standard input, or is asked for");
    private static final Option IDENTITY = Option.value(
                    "identity", "FILE", "a private key of the user, without passphrase")
            .of(known(Noun.FILE));

    private EnrolCommand() {}

    static List<Command> all() {
        var target = Argument.one("USER@HOST[:PORT]", "a user with root rights there", new Values.Any());
        return List.of(new Command(
                Syntax.of("enrol", "take a host into the fleet")
                        .arguments(target)
                        .options(NAME, TAG, HOST_KEY, PASSWORD_STDIN, IDENTITY)
                        .examples(
                                "enrol root@192.0.2.10 --name web3 --tag web",
                                "enrol admin@web4:2222 --identity ~/.ssh/id_ed25519 --host-key SHA256:..."),
                EnrolCommand::enrol));
    }

    private static Answer enrol(Call call) throws InterruptedException {
        String target = call.argument(0);
        if (!target.matches("[^@\\s]+@[^@\\s]+")) {
            throw CommandException.usage("'" + target + "' names no user and machine", "Such as: root@192.0.2.10");
        }
        if (call.has(PASSWORD_STDIN) && call.value(IDENTITY) != null) {
            throw CommandException.usage("either --password-stdin or --identity, not both", "Give one of them.");
        }
        boolean piped = call.has(PASSWORD_STDIN) && !call.console().prompter().isSomebody();
        if (piped && call.value(HOST_KEY) == null) {
            throw CommandException.usage(
                    "--password-stdin needs --host-key",
                    "Standard input cannot carry both the password and your answer.");
        }
        String privateKey = privateKey(call);
        String name = call.value(NAME);
        var tags = call.values(TAG);
        // The probe goes without the secrets: the machine is not known yet.
        var probe = call.api().probe(new EnrolRequest(target, name, tags, null, null, null));
        agree(call, target, probe);
        String password = call.has(PASSWORD_STDIN) ? password(call, target) : null;
        var started = call.api().enrol(new EnrolRequest(target, name, tags, probe.fingerprint(), password, privateKey));
        var ended = toEnd(call, started);
        return new Answer(
                ended,
                page -> PeoplePages.enrolment(page, ended),
                !ended.state().equals("done"));
    }

    private static void agree(Call call, String target, EnrolProbe probe) {
        String where = probe.address() + " port " + probe.port();
        String expected = call.value(HOST_KEY);
        if (expected == null) {
            call.console().say("The host key of " + where + " (" + probe.keyType() + "):\n  " + probe.fingerprint());
            var answer = call.console().prompter().ask("Is this the key of " + target + "? [y/N] ");
            if (answer.isEmpty()) {
                throw CommandException.usage(
                        "nobody is here to compare the key", "Give the right one: --host-key " + probe.fingerprint());
            }
            if (!answer.get().strip().toLowerCase(java.util.Locale.ROOT).matches("y|yes")) {
                throw CommandException.failed("not enrolled; nothing was sent to it", null);
            }
        } else if (!expected.equals(probe.fingerprint())) {
            throw CommandException.failed(
                    where + " showed another key than the one given: " + probe.fingerprint()
                            + " (host-key-changed); nothing was sent to it",
                    "Compare it at the machine: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
        }
    }

    private static @Nullable String privateKey(Call call) {
        String file = call.value(IDENTITY);
        if (file == null) {
            return null;
        }
        Path path = call.path(file);
        try {
            if (!Files.isRegularFile(path) || Files.size(path) > MOST_KEY_BYTES) {
                throw CommandException.usage(path + " is not a private key", "Such as: ~/.ssh/id_ed25519");
            }
            String key = Files.readString(path);
            if (!key.contains("PRIVATE KEY")) {
                throw CommandException.usage(path + " is not a private key", "The one without .pub at its end.");
            }
            return key;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static String password(Call call, String target) {
        if (call.console().prompter().isSomebody()) {
            return call.console()
                    .prompter()
                    .askSecret("Password of " + target + ": ")
                    .filter(typed -> !typed.isEmpty())
                    .orElseThrow(() -> CommandException.failed("not enrolled; nothing was sent to it", null));
        }
        try {
            byte[] bytes = call.console().in().readNBytes(MOST_PASSWORD_BYTES);
            String first = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
            if (first.isEmpty()) {
                throw CommandException.usage("standard input holds no password", "Such as: enrol ... < password-file");
            }
            return first;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read standard input", e);
        }
    }

    private static EnrolmentView toEnd(Call call, EnrolmentView started) throws InterruptedException {
        Instant deadline = call.clock().instant().plus(LIMIT);
        var enrolment = started;
        int shown = 0;
        boolean lost = false;
        while (true) {
            List<String> lines = enrolment.lines();
            for (; shown < lines.size(); shown++) {
                String line = lines.get(shown);
                call.show(page -> PeoplePages.progress(page, line));
            }
            if (!enrolment.state().equals("running")) {
                return enrolment;
            }
            if (!call.clock().instant().isBefore(deadline)) {
                throw CommandException.failed(
                        "the enrolment has not ended within 20 min", "espalier hosts shows its state.");
            }
            Thread.sleep(PACE);
            try {
                enrolment = call.api().enrolment(enrolment.id());
                lost = false;
            } catch (ClientException e) {
                if (!e.isPassing()) {
                    throw e;
                }
                if (!lost) {
                    call.console().say(e.sentence() + "; trying again");
                }
                lost = true;
            }
        }
    }
}
