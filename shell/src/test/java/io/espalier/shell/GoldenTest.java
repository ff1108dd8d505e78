package io.espalier.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.shell.command.Shell;
import io.espalier.shell.console.Console;
import io.espalier.shell.console.Prompter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people see, word for word, in {@code src/test/resources/golden}; {@code -Dgolden.write=true} writes it anew. */
class GoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");

    @TempDir
    Path home;

    @ParameterizedTest
    @CsvSource({
        "status, status",
        "hosts, hosts",
        "hosts-narrow, hosts",
        "host, host web1",
        "explain, explain web1 /etc/motd",
        "history, history web1 /etc/motd",
        "sources, sources",
        "source-sync, source sync demo",
        "render, render web1",
        "plan, plan",
        "plan-colour, plan",
        "rollouts, rollouts",
        "rollout, rollout 12",
        "rollout-colour, rollout 12",
        "drift, drift",
        "dns-lookup, dns lookup www.example.com",
        "dns-names, dns names",
        "dns-stats, dns stats",
        "dns-purge, dns purge example.com --below",
        "jobs, jobs",
        "job, job shop/bill --host web1",
        "users, users",
        "audit, audit",
        "audit-json, audit --output json",
        "sources-yaml, sources --output yaml",
        "help, --help",
        "help-deploy, deploy --help"
    })
    void outputIsAsWritten(String name, String line) throws IOException {
        try (var server = Fixtures.fleet(new AnsweringOrchestrator(), Fixtures.NOW)) {
            var env = Map.of("ESPALIER_URL", server.url(), "ESPALIER_TOKEN", AnsweringOrchestrator.TOKEN);
            var shell = new Shell(env, home, home, InstantSource.fixed(Fixtures.NOW), ZoneOffset.UTC);
            var look = new Console.Look(name.endsWith("-colour"), name.endsWith("-narrow") ? 72 : 110);

            var ran = Ran.of(shell, Prompter.NOBODY, "", look, line.split(" "));

            String shown =
                    ran.out().replace(server.url(), "http://127.0.0.1:8080").replace('\u001b', '^');
            Path file = FOLDER.resolve(name + ".txt");
            if (Boolean.getBoolean("golden.write")) {
                Files.createDirectories(FOLDER);
                Files.writeString(file, shown);
            }
            assertThat(ran.status()).isZero();
            assertThat(shown).isEqualTo(Files.readString(file));
        }
    }
}
