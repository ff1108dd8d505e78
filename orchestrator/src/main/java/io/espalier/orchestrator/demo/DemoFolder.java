package io.espalier.orchestrator.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * The demo's folder: where everything lies and what must stay the same over restarts.
 *
 * <pre>
 * demo.json             for people and programs: URL, login, git URLs, hosts (0600)
 * remembered.properties ports, ids and secrets
 * server/, server.yaml  the orchestrator's data and configuration
 * hosts/NAME/           the root folder of a host
 * ssh/NAME              its SSH host key
 * log/, run/            what the processes print; their process ids
 * </pre>
 */
final class DemoFolder {

    /** Of the address of a Unix socket, in bytes, without the closing NUL. */
    private static final int MAX_SOCKET_PATH = 107;

    private static final String REMEMBERED = "remembered.properties";

    private final Path dir;
    private final Properties remembered = new Properties();

    private DemoFolder(Path dir) {
        this.dir = dir;
    }

    static DemoFolder open(Path dir) throws IOException {
        var folder = new DemoFolder(dir);
        makePrivate(dir);
        for (String name : List.of("hosts", "ssh", "log", "run", "server")) {
            makePrivate(dir.resolve(name));
        }
        Path file = dir.resolve(REMEMBERED);
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                folder.remembered.load(in);
            }
        }
        return folder;
    }

    Path dir() {
        return dir;
    }

    Path data() {
        return dir.resolve("server");
    }

    Path keys() {
        return data().resolve("keys");
    }

    Path log(String process) {
        return dir.resolve("log").resolve(process + ".log");
    }

    Path pidFile(String process) {
        return dir.resolve("run").resolve(process + ".pid");
    }

    Path sshKey(String host) {
        return dir.resolve("ssh").resolve(host);
    }

    /** Whether a demo has been here before. */
    boolean isUsed() {
        return remembered.containsKey("hosts");
    }

    /** The port that was used last. */
    Optional<Integer> port() {
        return Optional.ofNullable(remembered.getProperty("port")).map(Integer::valueOf);
    }

    void rememberPort(int port) throws IOException {
        remembered.setProperty("port", Integer.toString(port));
        save();
    }

    /** The ports of all that listens: those that were used last while they are free, for TCP and UDP alike. */
    DemoPorts ports(int web) throws IOException {
        int dns = port("dns", Set.of(web));
        return new DemoPorts(web, dns, port("tree", Set.of(web, dns)));
    }

    private int port(String name, Set<Integer> others) throws IOException {
        String key = "port." + name;
        String known = remembered.getProperty(key);
        if (known != null && isFree(Integer.parseInt(known))) {
            return Integer.parseInt(known);
        }
        int port = freePort(others);
        remembered.setProperty(key, Integer.toString(port));
        save();
        return port;
    }

    String password() throws IOException {
        return secret("password", "", 12);
    }

    String token() throws IOException {
        return secret("token", "esp_", 32);
    }

    /** The hosts of this demo: those remembered, or {@code count} new ones. */
    List<DemoHost> hosts(int count) throws IOException {
        if (!isUsed()) {
            remembered.setProperty("hosts", String.join(",", names(count)));
            Set<Integer> taken = new HashSet<>();
            for (String name : names(count)) {
                int port = freePort(taken);
                taken.add(port);
                remembered.setProperty(name + ".port", Integer.toString(port));
                remembered.setProperty(name + ".auid", "demo-" + name + "-" + hex(4));
            }
            save();
        }
        var hosts = new ArrayList<DemoHost>();
        for (String name : remembered.getProperty("hosts").split(",", -1)) {
            Path root = dir.resolve("hosts").resolve(name);
            hosts.add(new DemoHost(
                    name,
                    name.startsWith("db") ? "db" : "web",
                    remembered.getProperty(name + ".auid"),
                    root,
                    socket(name, root),
                    Integer.parseInt(remembered.getProperty(name + ".port"))));
        }
        return hosts;
    }

    /** A quarter of the hosts are databases, but the first is a web server. */
    private static List<String> names(int count) {
        int databases = count == 1 ? 0 : Math.max(1, count / 4);
        var names = new ArrayList<String>();
        for (int i = 1; i <= count - databases; i++) {
            names.add("web" + i);
        }
        for (int i = 1; i <= databases; i++) {
            names.add("db" + i);
        }
        return names;
    }

    /** In the host's own folder, or in a short one of our own where its path would not fit into a socket address. */
    private Path socket(String name, Path root) throws IOException {
        Path own = root.resolve("run/espalier/agent.sock");
        if (own.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_PATH) {
            return own;
        }
        String folder = remembered.getProperty("sockets");
        if (folder == null || !Files.isDirectory(Path.of(folder))) {
            folder = Files.createTempDirectory("espalier-demo-").toString();
            remembered.setProperty("sockets", folder);
            save();
        }
        return Path.of(folder).resolve(name + ".sock");
    }

    private String secret(String key, String prefix, int bytes) throws IOException {
        String known = remembered.getProperty(key);
        if (known != null) {
            return known;
        }
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        String made = prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        remembered.setProperty(key, made);
        save();
        return made;
    }

    private static String hex(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    static int freePort(Set<Integer> taken) throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (!taken.contains(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
        throw new IOException("no free port on 127.0.0.1");
    }

    static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private void save() throws IOException {
        writePrivate(dir.resolve(REMEMBERED), out -> remembered.store(out, "what the demo keeps over restarts"));
    }

    static void writePrivate(Path file, String text) throws IOException {
        writePrivate(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private interface Body {
        void write(OutputStream out) throws IOException;
    }

    private static void writePrivate(Path file, Body body) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(fresh)) {
            body.write(out);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void makePrivate(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
