package io.espalier.agent.job;

import io.espalier.agent.json.Json;
import io.espalier.agent.system.CommandResult;
import io.espalier.agent.system.ProcessRunner;
import io.espalier.protocol.Auid;
import io.espalier.protocol.release.HealthCheck;
import io.espalier.protocol.release.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Asks services whether they work, and remembers what they said last, so that a change is told as one. */
public final class ServiceWatch {

    private static final Duration SYSTEMD = Duration.ofSeconds(10);
    /** The kernel keeps no more of a program's name (TASK_COMM_LEN). */
    private static final int COMM = 15;

    private static final int MAX_DETAIL = 300;
    private static final String OK = "ok";
    private static final String FAILED = "failed";

    private final Auid auid;
    private final Path proc;
    private final ProcessRunner runner;
    private final Function<HealthCheck, Optional<String>> probe;
    private final InstantSource clock;
    private final Map<String, String> before = new HashMap<>();

    /** @param probe asks a health check to its end */
    public ServiceWatch(
            Auid auid,
            Path proc,
            ProcessRunner runner,
            Function<HealthCheck, Optional<String>> probe,
            InstantSource clock) {
        this.auid = auid;
        this.proc = proc;
        this.runner = runner;
        this.probe = probe;
        this.clock = clock;
    }

    /** One after another. A JSON object, as docs/spec/job.md shows it. */
    public synchronized String read(List<Service> services) {
        var troubles = new LinkedHashMap<String, Optional<String>>();
        services.forEach(service -> troubles.put(service.name(), trouble(service.check())));
        before.keySet().retainAll(troubles.keySet());
        var json = new Json();
        json.open().name("auid").text(auid.value()).name("service").open();
        troubles.forEach((name, trouble) -> json.name(name).text(trouble.isEmpty() ? OK : FAILED));
        json.close().name("detail").open();
        troubles.forEach((name, trouble) -> trouble.ifPresent(
                text -> json.name(name).text(text.length() > MAX_DETAIL ? text.substring(0, MAX_DETAIL) : text)));
        json.close().name("changes").openList();
        String now = clock.instant().toString();
        troubles.forEach((name, trouble) -> {
            String state = trouble.isEmpty() ? OK : FAILED;
            String last = before.put(name, state);
            if (last != null && !last.equals(state)) {
                json.open().name("service").text(name).name("from").text(last);
                json.name("to").text(state).name("at").text(now).close();
            }
        });
        return json.closeList().close().toString();
    }

    private Optional<String> trouble(Service.Check check) {
        return switch (check) {
            case Service.Check.Asked(var health) -> probe.apply(health);
            case Service.Check.Systemd(var unit) -> {
                CommandResult result = runner.run(List.of("systemctl", "is-active", "--", unit), SYSTEMD);
                yield result.isGood() ? Optional.empty() : Optional.of(unit + ": " + result.summary());
            }
            case Service.Check.Program(var name) -> runs(name) ? Optional.empty() : Optional.of("no process " + name);
        };
    }

    private boolean runs(String name) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (isOf(process, name)) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false;
        }
        return false;
    }

    private static boolean isOf(Path process, String name) {
        try {
            String comm = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
                    .strip();
            if (comm.equals(name)) {
                return !isDead(process);
            }
            if (name.length() <= COMM || !name.startsWith(comm)) {
                return false;
            }
            String cmdline = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            String program = cmdline.split("\0", 2)[0];
            return program.substring(program.lastIndexOf('/') + 1).equals(name);
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    /** A process that has ended and whom nobody has buried. */
    private static boolean isDead(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        return stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("Z");
    }
}
