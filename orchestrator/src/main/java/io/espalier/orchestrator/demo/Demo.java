package io.espalier.orchestrator.demo;

import ch.qos.logback.classic.Level;
import io.espalier.orchestrator.release.SigningKey;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.orchestrator.ssh.HostKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code espalier demo}: an orchestrator and a few hosts on one machine. This process stands for what the hosts are
 * without Espalier (their SSH servers, and an init that keeps agents alive); the orchestrator and every agent are
 * processes of their own, started as anyone would start them.
 */
public final class Demo implements AutoCloseable {

    static final String USER = "admin";

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern STATE = Pattern.compile("\"state\"\\s*:\\s*\"([a-z-]+)\"");
    private static final Pattern IN_SYNC = Pattern.compile("\"in-sync\"\\s*:\\s*(\\d+)");

    private final DemoFolder folder;
    private final List<DemoHost> hosts;
    private final int port;
    private final List<DemoSshServer> sshServers = new ArrayList<>();
    private final List<Child> children = new ArrayList<>();

    private Demo(DemoFolder folder, List<DemoHost> hosts, int port) {
        this.folder = folder;
        this.hosts = List.copyOf(hosts);
        this.port = port;
    }

    public static void main(String[] args) {
        if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
            System.out.print(DemoOptions.USAGE);
            return;
        }
        DemoOptions options;
        try {
            options = DemoOptions.parse(List.of(args), Path.of(System.getProperty("user.home")));
        } catch (DemoOptions.UsageException e) {
            System.err.println("espalier demo: " + e.getMessage());
            System.err.print(DemoOptions.USAGE);
            System.exit(2);
            return;
        }
        quieten();
        try {
            run(options);
        } catch (IOException | RuntimeException e) {
            System.err.println("espalier demo: " + e.getMessage());
            System.exit(1);
        } catch (InterruptedException stopped) {
            System.exit(1);
        }
    }

    /** What libraries log of every connection is of no use to who tries the demo. */
    private static void quieten() {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof ch.qos.logback.classic.Logger root) {
            root.setLevel(Level.WARN);
        }
    }

    private static void run(DemoOptions options) throws IOException, InterruptedException {
        DemoFolder folder = DemoFolder.open(options.dir());
        try (var lockFile =
                new RandomAccessFile(folder.dir().resolve("run/demo.lock").toFile(), "rw")) {
            FileLock lock = lockFile.getChannel().tryLock();
            if (lock == null) {
                throw new IOException("a demo is running in " + folder.dir() + " already");
            }
            List<DemoHost> hosts = folder.hosts(options.hosts());
            for (String process : processes(hosts)) {
                Child.endLeftOver(folder.pidFile(process), folder.dir().toString());
            }
            var demo = new Demo(folder, hosts, choosePort(options, folder));
            var ended = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                demo.close();
                ended.countDown();
            }));
            demo.start();
            ended.await();
        }
    }

    private static List<String> processes(List<DemoHost> hosts) {
        var names = new ArrayList<String>();
        names.add("orchestrator");
        hosts.forEach(host -> names.add(host.name()));
        return names;
    }

    private static int choosePort(DemoOptions options, DemoFolder folder) throws IOException {
        if (options.port().isPresent()) {
            int port = options.port().get();
            if (!DemoFolder.isFree(port)) {
                throw new IOException("port " + port + " on 127.0.0.1 is taken; choose another with --port");
            }
            folder.rememberPort(port);
            return port;
        }
        int wanted = folder.port().orElse(DemoOptions.DEFAULT_PORT);
        if (DemoFolder.isFree(wanted)) {
            folder.rememberPort(wanted);
            return wanted;
        }
        int free = DemoFolder.freePort(Set.of());
        System.out.printf("port %d is taken; using %d%n", wanted, free);
        folder.rememberPort(free);
        return free;
    }

    private void start() throws IOException, InterruptedException {
        boolean first = !Files.exists(folder.data().resolve("git/demo.git"));
        System.out.printf("%s %d hosts in %s%n", first ? "setting up" : "carrying on with", hosts.size(), folder.dir());
        String deployKey = DeployKey.in(folder.keys()).publicLine();
        Map<DemoHost, HostKey> hostKeys = new LinkedHashMap<>();
        for (DemoHost host : hosts) {
            DemoSshServer server = DemoSshServer.start(
                    folder.sshKey(host.name()),
                    deployKey,
                    "espalier",
                    host.socket(),
                    host.sshPort(),
                    DemoSshServer.Sockets.ALLOWED);
            sshServers.add(server);
            hostKeys.put(host, server.hostKey());
            DemoFiles.agent(host, SigningKey.in(folder.keys()).publicKey());
        }
        DemoFiles.repositories(folder, DemoPrograms.samples(), DemoFiles.hostsYaml(hostKeys));
        DemoPorts ports = folder.ports(port);
        DemoFiles.server(folder, ports);
        DemoFiles.summary(folder, url(), ports, hosts);

        System.out.println("starting the orchestrator and the agents");
        start("orchestrator", DemoPrograms.server(folder.dir().resolve("server.yaml")));
        for (DemoHost host : hosts) {
            start(host.name(), DemoPrograms.agent(host.root()));
        }
        explain(ports);
        awaitInSync();
        System.out.println("ready: " + url());
        System.out.flush();
    }

    private void start(String name, List<String> command) throws IOException {
        var child = new Child(name, command, folder.log(name), folder.pidFile(name));
        children.add(child);
        child.start();
    }

    private String url() {
        return "http://127.0.0.1:" + port;
    }

    private void explain(DemoPorts ports) throws IOException {
        System.out.printf(
                """

                  web UI    %s
                  sign in   %s / %s
                  try       git clone %s
                            cd demo && sed -i 's/^greeting:.*/greeting: Hello from git/' vars/all.yaml
                            git commit -qam "Change the greeting" && git push
                  shell     bin/espalier status --url %s --token %s
                  names     curl 'http://127.0.0.1:%d/dn?%s.demo.internal'
                  hosts     %s
                  logs      %s

                """,
                url(),
                USER,
                folder.password(),
                DemoFiles.gitUrl(url(), folder.token(), "demo"),
                url(),
                folder.token(),
                ports.dns(),
                hosts.getFirst().name(),
                folder.dir().resolve("hosts"),
                folder.dir().resolve("log"));
    }

    /** Until every host is connected and holds what the fleet wants. */
    private void awaitInSync() throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(PATIENCE);
        String last = "the orchestrator does not answer yet";
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            var request = HttpRequest.newBuilder(URI.create(url() + "/api/v1/status"))
                    .header("Authorization", "Bearer " + folder.token())
                    .timeout(Duration.ofSeconds(5))
                    .build();
            while (Instant.now().isBefore(deadline)) {
                try {
                    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() == 200 && isInSync(answer.body())) {
                        return;
                    }
                    last = answer.body();
                } catch (IOException notYet) {
                    last = String.valueOf(notYet.getMessage());
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        throw new IOException("not in sync after " + PATIENCE.toMinutes() + " minutes: " + last + "\n  see the logs in "
                + folder.dir().resolve("log"));
    }

    private boolean isInSync(String status) {
        Matcher state = STATE.matcher(status);
        Matcher count = IN_SYNC.matcher(status);
        return state.find()
                && state.group(1).equals("in-sync")
                && count.find()
                && Integer.parseInt(count.group(1)) >= hosts.size();
    }

    /** Ends everything that this process started. */
    @Override
    public void close() {
        children.forEach(Child::stop);
        children.forEach(Child::close);
        for (DemoSshServer server : sshServers) {
            try {
                server.close();
            } catch (IOException e) {
                System.err.println("an SSH server did not end well: " + e.getMessage());
            }
        }
    }
}
