package io.espalier.templates;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Servers of one layer and more, each an nginx that holds what the library renders for a host of a small fleet. */
final class Stack implements AutoCloseable {

    static final String TOKEN = "0123456789abcdef-token";

    private static final JsonMapper JSON = JsonMapper.shared();

    /** One host: where it listens for requests, and where it can be administered. */
    record Server(String name, Nginx nginx, Path root, int port, int admin) {

        URI uri(String pathAndQuery) {
            return URI.create("http://127.0.0.1:" + port + pathAndQuery);
        }

        URI adminUri(String path) {
            return URI.create("http://127.0.0.1:" + admin + path);
        }
    }

    /** A server that is to be sent to, as the peers document names it. */
    record Member(String name, int port, Map<String, Object> more) {

        Member(String name, int port) {
            this(name, port, Map.of());
        }

        Member with(String key, Object value) {
            var all = new LinkedHashMap<>(more);
            all.put(key, value);
            return new Member(name, port, all);
        }

        Map<String, Object> json() {
            var json = new LinkedHashMap<String, Object>();
            json.put("name", name);
            json.put("address", "127.0.0.1:" + port);
            json.putAll(more);
            return json;
        }
    }

    private final Path root;
    private int workers = 2;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Server> servers = new TreeMap<>();
    private final Map<String, Map<String, Object>> tiers = new LinkedHashMap<>();
    private final Map<String, Map<String, Map<String, Object>>> hosts = new LinkedHashMap<>();

    Stack(Path root) {
        this.root = root;
    }

    /** A tier of nginx, rendered from the library's unit for {@code layer}. Vars as JSON below {@code lb}. */
    Stack layer(String layer, int count, Map<String, Object> vars) {
        List<Integer> ports = Nginx.freePorts(2 * count);
        tiers.put(layer, vars);
        hosts.put(
                layer,
                IntStream.range(0, count)
                        .boxed()
                        .collect(Collectors.toMap(
                                i -> layer + (char) ('a' + i),
                                i -> hostVars(layer + (char) ('a' + i), ports.get(2 * i), ports.get(2 * i + 1)),
                                (a, b) -> a,
                                LinkedHashMap::new)));
        return this;
    }

    Stack hostVar(String host, String name, Object value) {
        hosts.values()
                .forEach(each -> each.computeIfPresent(host, (key, vars) -> {
                    vars.put(name, value);
                    return vars;
                }));
        return this;
    }

    /** One more listener of a host, as its {@code lb.listen} has it. */
    Stack alsoListening(String host, String listen) {
        hosts.values()
                .forEach(each -> each.computeIfPresent(host, (key, vars) -> {
                    vars.put("listen", List.of("127.0.0.1:" + vars.get("port"), listen));
                    return vars;
                }));
        return this;
    }

    /** Of every server, instead of two. */
    Stack workers(int count) {
        workers = count;
        hosts.values()
                .forEach(each -> each.values().stream()
                        .filter(vars -> vars.containsKey("workers"))
                        .forEach(vars -> vars.put("workers", count)));
        return this;
    }

    /** A tier of servers that are there already. */
    Stack origins(String tier, IntFunction<Integer> port, int count) {
        tiers.put(tier, Map.of());
        hosts.put(
                tier,
                IntStream.range(0, count)
                        .boxed()
                        .collect(Collectors.toMap(
                                i -> tier + (char) ('a' + i),
                                i -> Map.of("port", port.apply(i)),
                                (a, b) -> a,
                                LinkedHashMap::new)));
        return this;
    }

    private Map<String, Object> hostVars(String name, int port, int admin) {
        Path home = root.resolve(name);
        var vars = new LinkedHashMap<String, Object>();
        vars.put("port", port);
        vars.put("listen", List.of("127.0.0.1:" + port));
        vars.put("admin", "127.0.0.1:" + admin);
        vars.put("user", "root");
        vars.put("workers", workers);
        vars.put("connections", 4096);
        vars.put("files", 8192);
        vars.put("pid", home + "/pid");
        vars.put("error_log", home + "/error.log");
        vars.put("state", home + "/state");
        vars.put("temp", home + "/temp");
        vars.put("boot", home + "/etc/nginx/espalier-peers.json");
        vars.put("token", home + "/token");
        vars.put("tls", Map.of("on", false));
        return vars;
    }

    /** Renders everything, lays it and starts it. */
    Stack start() {
        var texts = new TreeMap<String, String>();
        texts.put(
                "fleet.yaml",
                JSON.writeValueAsString(
                        Map.of("fleet", "lb", "tiers", tiers.keySet().stream().toList())));
        var entries = new LinkedHashMap<String, Object>();
        hosts.forEach((tier, each) -> each.forEach((name, vars) ->
                entries.put(name, Map.of("address", "127.0.0.1", "tier", tier, "vars", Map.of("lb", vars)))));
        texts.put("hosts.yaml", JSON.writeValueAsString(entries));
        tiers.forEach(
                (tier, vars) -> texts.put("vars/tier/" + tier + ".yaml", JSON.writeValueAsString(Map.of("lb", vars))));
        for (String tier : tiers.keySet()) {
            Path unit = Library.FOLDER.resolve("nginx-lua/units/" + tier + ".yaml");
            if (Files.exists(unit)) {
                texts.put("units/" + tier + ".yaml", read(unit));
            }
        }
        Library.render(FolderSnapshot.of("lb", texts)).forEach(this::lay);
        try {
            hosts.forEach((tier, each) -> each.forEach(this::startOne));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        return this;
    }

    private void lay(String host, Map<String, byte[]> files) {
        try {
            Path home = root.resolve(host);
            Files.createDirectories(home.resolve("state"));
            Files.createDirectories(home.resolve("temp"));
            Files.writeString(home.resolve("token"), TOKEN + "\n");
            for (var file : files.entrySet()) {
                Path to = home.resolve(file.getKey().substring(1));
                Files.createDirectories(to.getParent());
                Files.write(to, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startOne(String name, Map<String, Object> vars) {
        if (!(vars.get("admin") instanceof String admin)) {
            return;
        }
        int port = (int) vars.get("port");
        Path home = root.resolve(name);
        var nginx = Nginx.start(home, port);
        servers.put(
                name,
                new Server(
                        name, nginx, home, port, URI.create("http://" + admin).getPort()));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Server server(String name) {
        return servers.get(name);
    }

    List<Server> servers(String layer) {
        return servers.values().stream()
                .filter(server -> server.name().startsWith(layer))
                .toList();
    }

    HttpResponse<String> get(URI uri, String... headers) {
        var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    HttpResponse<String> send(HttpRequest request) {
        return send(http, request);
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String document(long version, String tier, List<Member> members, Object... canary) {
        var value = new LinkedHashMap<String, Object>();
        value.put("members", members.stream().map(Member::json).toList());
        if (canary.length > 0) {
            value.put("canary", List.of(canary));
        }
        return JSON.writeValueAsString(Map.of("version", version, "tiers", Map.of(tier, value)));
    }

    /** On a connection of its own: a kept one may be closed by a reload at that moment, and a PUT is not sent twice. */
    HttpResponse<String> admin(Server server, String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(server.adminUri(path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + TOKEN)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try (var own = HttpClient.newHttpClient()) {
            return send(own, request);
        }
    }

    /** Pushes a document. @throws AssertionError unless it is taken */
    void push(Server server, String document) {
        var answer = admin(server, "PUT", "/_espalier/peers", document);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
    }

    /** The same, and waits until every worker uses it. @return how long that took */
    Duration pushAndAwait(Server server, String document) {
        long start = System.nanoTime();
        push(server, document);
        long version = JSON.readTree(document).get("version").asLong();
        Await.until("every worker uses version " + version, () -> workersUse(server, version));
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Whether all workers that the server has say that they use {@code version}. */
    boolean workersUse(Server server, long version) {
        var using = new ArrayList<Long>();
        for (JsonNode worker : peers(server).get("workers")) {
            if (worker.get("version").asLong() == version) {
                using.add(worker.get("pid").asLong());
            }
        }
        return using.containsAll(server.nginx().workers());
    }

    JsonNode peers(Server server) {
        return JSON.readTree(admin(server, "GET", "/_espalier/peers", "").body());
    }

    JsonNode peer(Server server, String name) {
        for (JsonNode member : peers(server).get("members")) {
            if (member.get("name").asString().equals(name)) {
                return member;
            }
        }
        throw new AssertionError(name + " is not among " + peers(server));
    }

    /** A series of a server, 0 where there is none. */
    double metric(Server server, String series) {
        return get(server.adminUri("/_espalier/metrics"))
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .sum();
    }

    List<String> defects() {
        return servers.values().stream()
                .flatMap(server -> server.nginx().defects().stream())
                .toList();
    }

    @Override
    public void close() {
        servers.values().forEach(server -> server.nginx().close());
        http.close();
    }
}
