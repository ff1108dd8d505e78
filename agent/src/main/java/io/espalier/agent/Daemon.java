package io.espalier.agent;

import io.espalier.agent.apply.AllowedPaths;
import io.espalier.agent.apply.Applier;
import io.espalier.agent.apply.Gate;
import io.espalier.agent.apply.Surroundings;
import io.espalier.agent.backup.Backups;
import io.espalier.agent.drift.DriftWatch;
import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.agent.health.HealthProbe;
import io.espalier.agent.job.JobBoard;
import io.espalier.agent.job.LastRuns;
import io.espalier.agent.job.QuartzWakes;
import io.espalier.agent.job.ServiceWatch;
import io.espalier.agent.job.TimerWakes;
import io.espalier.agent.job.Works;
import io.espalier.agent.observe.DigestCache;
import io.espalier.agent.observe.Observer;
import io.espalier.agent.report.Reports;
import io.espalier.agent.report.Spool;
import io.espalier.agent.serve.Deadlines;
import io.espalier.agent.serve.Requests;
import io.espalier.agent.serve.Server;
import io.espalier.agent.sysinfo.SysinfoReader;
import io.espalier.agent.system.FactsReader;
import io.espalier.agent.system.GroupRunner;
import io.espalier.agent.system.LinuxHost;
import io.espalier.agent.system.Names;
import io.espalier.agent.system.ProcessRunner;
import io.espalier.agent.system.Uptime;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/** Puts the agent together, brings what was cut off to its end, and serves. */
final class Daemon {

    static final String STATE = "/var/lib/espalier-agent";

    private static final String LIBRARIES = STATE + "/lib";

    /** What no release may touch: the kernel's file systems, and what decides whom this agent obeys. */
    static final List<String> BARRED = List.of(
            "/proc",
            "/sys",
            "/dev",
            "/run/espalier",
            "/etc/espalier",
            "/opt/espalier-agent",
            "/etc/systemd/system/espalier-agent.service",
            "/etc/systemd/system/espalier-agent.service.d",
            STATE);

    private Daemon() {}

    static void run(Arguments arguments, String version) throws IOException, ConfigException {
        Config config = Config.read(arguments.configFile());
        InstantSource clock = InstantSource.system();
        Path root = arguments.root();
        String realRoot = root.getNameCount() == 0 ? "" : root.toString();
        var fs = new BeneathFs(root);
        makeFolders(fs, STATE);
        makeFolders(fs, LIBRARIES);
        try (FileChannel lockFile = FileChannel.open(
                        arguments.below(STATE + "/lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lock(lockFile)) {
            unpackLibrariesBelow(fs, arguments);
            var deadlines = new Deadlines();
            var runner = new ProcessRunner(root, realRoot.isEmpty() ? Map.of() : Map.of("ESPALIER_ROOT", realRoot));
            var names = new Names(Path.of("/etc"), runner);
            var paths = new AllowedPaths(config.allow(), barred(arguments, config));
            var digests = new DigestCache(fs, clock);
            var observer = new Observer(fs, digests, paths::isPrivate);
            var probe = new HealthProbe(command -> runner.run(command, Map.of("{root}", realRoot)));
            var host = new LinuxHost(root, runner, names, probe::ask);
            var board = new AtomicReference<Optional<JobBoard>>(Optional.empty());
            var gate = new Gate(config.auid(), config.key(), paths);
            var applier = new Applier(
                    gate,
                    new Surroundings(
                            fs,
                            digests,
                            observer,
                            names,
                            host,
                            clock,
                            () -> Uptime.read(Path.of("/proc")),
                            deadlines::startAfter,
                            () -> {
                                board.get().ifPresent(JobBoard::refresh);
                                System.gc(); // with the launcher's flags, the heap goes back to the kernel
                            },
                            STATE,
                            realRoot));
            try {
                applier.recover();
            } catch (IOException e) {
                System.err.println("an apply that was cut off could not be taken back: " + e.getMessage());
            }
            var drift = new DriftWatch(applier, fs, observer, digests, names, clock, STATE);
            if (config.driftCheck().isPositive()) {
                drift.start(deadlines::startAfter, config.driftCheck());
            }
            String spoolId = Long.toString(clock.millis(), Character.MAX_RADIX);
            var reports = new Reports(Spool.open(fs, STATE + "/reports", spoolId, Spool.MAX_BYTES));
            var proc = Path.of("/proc");
            var works = new Works(
                    config.auid(),
                    new GroupRunner(root, realRoot.isEmpty() ? Map.of() : Map.of("ESPALIER_ROOT", realRoot), names),
                    new SysinfoReader(config.auid(), proc),
                    new ServiceWatch(config.auid(), proc, runner, probe::ask, clock),
                    drift,
                    reports,
                    clock);
            Executor threads = run -> new Thread(run, "job").start();
            var jobs = new JobBoard(
                    config.auid(),
                    config.pace(),
                    applier::release,
                    works,
                    reports,
                    new LastRuns(fs, STATE + "/jobs"),
                    new TimerWakes(deadlines::at, threads, clock),
                    QuartzWakes::start,
                    threads,
                    clock);
            board.set(Optional.of(jobs));
            threads.execute(jobs::refresh);
            var backups = new Backups(config.auid(), config.key(), root, arguments.below(STATE + "/backup"));
            var requests = new Requests(
                    gate,
                    applier,
                    drift,
                    fs,
                    observer,
                    names,
                    new FactsReader(root),
                    clock,
                    version,
                    reports,
                    jobs,
                    backups);
            serve(arguments, config, names, requests, deadlines);
            lock.release();
        }
    }

    private static void serve(Arguments arguments, Config config, Names names, Requests requests, Deadlines deadlines)
            throws IOException {
        Path socket = arguments.below(config.socket());
        Optional<String> group = arguments.root().getNameCount() == 0 ? Optional.of(config.group()) : Optional.empty();
        try (Server server = Server.listen(socket, group, names, requests, deadlines)) {
            System.out.println("espalier agent " + config.auid() + " listens on " + socket);
            server.serve();
        }
    }

    /** zstd unpacks its native part when it is first needed; /tmp may be mounted noexec. */
    private static void unpackLibrariesBelow(Fs fs, Arguments arguments) throws FsException {
        for (String left : fs.list(LIBRARIES)) {
            fs.remove(Fs.in(LIBRARIES, left));
        }
        if (System.getProperty("ZstdTempFolder") == null) {
            System.setProperty("ZstdTempFolder", arguments.below(LIBRARIES).toString());
        }
    }

    private static FileLock lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException here) {
            throw new IOException("an agent runs on this root already", here);
        }
        throw new IOException("an agent runs on this root already");
    }

    private static void makeFolders(Fs fs, String folder) throws FsException {
        if (!folder.equals("/") && fs.look(folder).isEmpty()) {
            makeFolders(fs, Fs.folderOf(folder));
            fs.makeFolder(folder, folder.equals(STATE) ? 0700 : 0755);
        }
    }

    private static List<String> barred(Arguments arguments, Config config) {
        var barred = new ArrayList<String>(BARRED);
        beneath(arguments, arguments.configFile()).ifPresent(barred::add);
        beneath(arguments, arguments.below(config.socket())).ifPresent(barred::add);
        beneath(arguments, Path.of(System.getProperty("java.home"))).ifPresent(barred::add);
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!jar.isEmpty()) {
                beneath(arguments, Path.of(jar)).ifPresent(barred::add);
            }
        }
        return barred;
    }

    private static Optional<String> beneath(Arguments arguments, Path real) {
        Path path = real.toAbsolutePath().normalize();
        return path.startsWith(arguments.root())
                ? Optional.of("/" + arguments.root().relativize(path))
                : Optional.empty();
    }
}
