package io.espalier.httpdns;

import io.espalier.httpdns.HttpDnsSettings.Access;
import io.espalier.httpdns.HttpDnsSettings.Drain;
import io.espalier.httpdns.access.Account;
import io.espalier.httpdns.access.Accounts;
import io.espalier.httpdns.access.Addresses;
import io.espalier.httpdns.access.Networks;
import io.espalier.httpdns.access.Secret;
import io.espalier.httpdns.front.FrontSettings;
import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.front.FrontSettings.Subnets;
import io.espalier.httpdns.front.FrontSettings.Tls;
import io.espalier.httpdns.redis.RedisSettings;
import io.espalier.httpdns.resolve.ClientNetworks;
import io.espalier.httpdns.resolve.ResolveSettings;
import io.espalier.httpdns.resolve.Upstream;
import io.espalier.httpdns.zone.LocalRecord;
import io.espalier.httpdns.zone.View;
import io.espalier.httpdns.zone.ZoneContent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads {@code httpdns.yaml}; {@code docs/spec/httpdns.md} shows all of it. Tells of each mistake where it stands. */
final class ConfigFile {
    private static final int MAX_SIZE = 1 << 20;
    private static final Set<String> KEYS = Set.of(
            "listen",
            "listen-tls",
            "tls",
            "loops",
            "upstreams",
            "tell-network",
            "memory",
            "redis",
            "rebinding-protection",
            "private-names",
            "proxies",
            "operators",
            "operator-tokens",
            "client-network",
            "accounts",
            "signatures",
            "misses",
            "max-names",
            "connections",
            "connections-each",
            "waiting",
            "warm-up",
            "zones",
            "records",
            "views",
            "drain");

    private final Map<String, ConfigNode> root;

    private ConfigFile(Map<String, ConfigNode> root) {
        this.root = root;
    }

    /**
     * @param base what holds where the file says nothing
     * @throws ConfigException with file, line and column
     */
    static HttpDnsSettings read(Path file, HttpDnsSettings base) throws ConfigException {
        String text;
        try {
            if (Files.size(file) > MAX_SIZE) {
                throw new ConfigException(file + ": larger than " + MAX_SIZE + " bytes");
            }
            text = Files.readString(file, StandardCharsets.UTF_8);
            if ((text.contains("secrets:") || text.contains("tokens:") || text.contains("password:"))
                    && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new ConfigException(file + ": holds secrets, and everyone may read it (chmod o-r)");
            }
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + ": no such file");
        } catch (IOException | UnsupportedOperationException e) {
            throw new ConfigException(file + ": cannot be read (" + e.getMessage() + ")");
        }
        return parse(file.toString(), text, base);
    }

    static HttpDnsSettings parse(String file, String text, HttpDnsSettings base) throws ConfigException {
        try {
            var root = new Compose(LoadSettings.builder()
                            .setLabel(file)
                            .setMaxAliasesForCollections(1)
                            .build())
                    .composeString(text);
            return root.isEmpty() ? base : new ConfigFile(new ConfigNode(file, root.get()).map(KEYS)).settings(base);
        } catch (MarkedYamlEngineException e) {
            var place = e.getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse("");
            throw new ConfigException(file + place + " " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new ConfigException(file + " " + e.getMessage());
        }
    }

    private HttpDnsSettings settings(HttpDnsSettings base) throws ConfigException {
        var zones = zones(base.zones());
        var resolving = resolving(base.resolving());
        return new HttpDnsSettings(
                resolving,
                zones,
                front(base.front(), !zones.views().isEmpty() || root.containsKey("tell-network")),
                access(base.access()),
                root.containsKey("warm-up") ? root.get("warm-up").texts() : base.warmUp(),
                drain(base.drain()));
    }

    // --- Resolving ---

    private ResolvingSettings resolving(ResolvingSettings base) throws ConfigException {
        var resolve = base.resolve();
        if (root.containsKey("upstreams")) {
            var upstreams = new ArrayList<Upstream>();
            for (var one : root.get("upstreams").list()) {
                upstreams.add(new Upstream(one.as(text -> address(text, 53))));
            }
            resolve = new ResolveSettings(
                    upstreams, resolve.attempt(), resolve.probe(), resolve.inFlight(), resolve.networks());
        }
        if (root.containsKey("tell-network")) {
            var names = root.get("tell-network").texts().stream()
                    .map(name -> name.equals(".") ? "" : name)
                    .toList();
            resolve = resolve.with(
                    new ClientNetworks(names, ClientNetworks.UNTOLD.bits4(), ClientNetworks.UNTOLD.bits6()));
        }
        var memory = root.get("memory");
        var redis = root.get("redis");
        var rebinding = root.get("rebinding-protection");
        var names = root.get("private-names");
        return new ResolvingSettings(
                resolve,
                base.rules(),
                memory == null ? base.memory() : memory.size(),
                redis == null ? base.redis() : redis(redis),
                base.budget(),
                base.search(),
                base.searches(),
                base.refreshes(),
                rebinding == null ? base.rebinding() : rebinding.bool(),
                names == null ? base.privateNames() : names.texts());
    }

    private static RedisSettings redis(ConfigNode node) throws ConfigException {
        var map = node.map(Set.of("nodes", "cluster", "user", "password", "tls", "leash"));
        if (!map.containsKey("nodes")) {
            throw node.bad("nodes is missing (expected: host:port)");
        }
        var usual = RedisSettings.of(List.of("x:1"), false);
        var nodes = map.get("nodes").texts();
        var isCluster = map.containsKey("cluster") ? map.get("cluster").bool() : nodes.size() > 1;
        var user = map.containsKey("user") ? map.get("user").text() : null;
        var password = map.containsKey("password") ? map.get("password").text() : null;
        var tls = map.containsKey("tls") && map.get("tls").bool();
        var leash = map.containsKey("leash") ? map.get("leash").duration() : usual.leash();
        return node.made(
                from -> new RedisSettings(
                        from, isCluster, user, password, tls, leash, usual.connections(), usual.writes()),
                nodes);
    }

    private ZoneContent zones(ZoneContent base) throws ConfigException {
        if (!root.containsKey("zones") && !root.containsKey("records") && !root.containsKey("views")) {
            return base;
        }
        var views = new ArrayList<View>();
        for (var node : list("views")) {
            var map = node.map(Set.of("name", "networks"));
            var networks = new ArrayList<io.espalier.httpdns.answer.Subnet>();
            for (var network : need(node, map, "networks").list()) {
                networks.add(network.as(Addresses::subnet));
            }
            views.add(new View(need(node, map, "name").text(), networks));
        }
        var records = new ArrayList<LocalRecord>();
        for (var node : list("records")) {
            records.add(localRecord(node));
        }
        var zones = root.containsKey("zones") ? root.get("zones").texts() : base.zones();
        return new ZoneContent(base.version() + 1, zones, base.hosts(), base.tiers(), records, views, base.ttl());
    }

    private static LocalRecord localRecord(ConfigNode node) throws ConfigException {
        var map = node.map(Set.of("name", "type", "ttl", "data", "view"));
        var name = need(node, map, "name").text();
        var type = map.containsKey("type") ? map.get("type").text() : "A";
        var ttl = map.containsKey("ttl") ? map.get("ttl").number(1, 86_400) : 60;
        var view = map.containsKey("view") ? map.get("view").text() : null;
        return need(node, map, "data").as(data -> new LocalRecord(name, type, ttl, data, view));
    }

    // --- The front ---

    private FrontSettings front(FrontSettings base, boolean countsPeers) throws ConfigException {
        var listen = addresses("listen", 8053);
        var listenTls = addresses("listen-tls", 443);
        var limits = limits(base.limits());
        var subnets = subnets(countsPeers ? Subnets.PEER : base.subnets());
        var tls = tls();
        var loops = root.containsKey("loops") ? root.get("loops").number(1, 1024) : base.loops();
        var place = root.getOrDefault(
                "listen-tls",
                root.getOrDefault("listen", root.values().iterator().next()));
        return place.made(
                from -> new FrontSettings(
                        listen == null ? base.listen() : listen,
                        listenTls == null ? base.listenTls() : listenTls,
                        tls.isPresent() ? tls : base.tls(),
                        loops,
                        from,
                        subnets,
                        base.isShared()),
                limits);
    }

    private @Nullable List<InetSocketAddress> addresses(String key, int port) throws ConfigException {
        if (!root.containsKey(key)) {
            return null;
        }
        var addresses = new ArrayList<InetSocketAddress>();
        for (var one : root.get(key).list()) {
            addresses.add(one.as(text -> address(text, port)));
        }
        return addresses;
    }

    /** Reads {@code 127.0.0.1:53}, {@code [::1]:53}, or an address without its port. */
    static InetSocketAddress address(String text, int usualPort) {
        var end = text.lastIndexOf(']');
        var colon = text.indexOf(':') == text.lastIndexOf(':') ? text.indexOf(':') : text.indexOf(':', end);
        if (end < 0 && text.indexOf(':') != text.lastIndexOf(':')) {
            colon = -1; // IPv6 without brackets has no port
        }
        var host = colon < 0 ? text : text.substring(0, colon);
        var port = colon < 0 ? Integer.toString(usualPort) : text.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("'" + text + "' has no port (expected: such as 127.0.0.1:53)");
        }
        var plain = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return new InetSocketAddress(Addresses.address(plain), Integer.parseInt(port));
    }

    private Optional<Tls> tls() throws ConfigException {
        var node = root.get("tls");
        if (node == null) {
            return Optional.empty();
        }
        var map = node.map(Set.of("certificates", "key"));
        return Optional.of(new Tls(
                Path.of(need(node, map, "certificates").text()),
                Path.of(need(node, map, "key").text())));
    }

    private Limits limits(Limits base) throws ConfigException {
        var all = root.containsKey("connections") ? root.get("connections").number(1, 1_000_000) : base.connections();
        var each = root.containsKey("connections-each")
                ? root.get("connections-each").number(1, 1_000_000)
                : base.connectionsEach();
        var waiting = root.containsKey("waiting") ? root.get("waiting").number(1, 1_000_000) : base.waiting();
        return base.withConnections(all, each).withWaiting(waiting);
    }

    private Subnets subnets(Subnets base) throws ConfigException {
        var node = root.get("client-network");
        if (node == null) {
            return base;
        }
        return switch (node.text()) {
            case "claimed" -> Subnets.CLAIMED;
            case "peer" -> Subnets.PEER;
            default -> throw node.bad("expected: claimed or peer");
        };
    }

    // --- Access ---

    private Access access(Access base) throws ConfigException {
        var rate = base.missesPerSecond();
        var burst = base.missBurst();
        var exempt = base.missExempt();
        if (root.containsKey("misses")) {
            var map = root.get("misses").map(Set.of("rate", "burst", "exempt"));
            rate = map.containsKey("rate") ? map.get("rate").number(1, 1_000_000) : rate;
            burst = map.containsKey("burst") ? map.get("burst").number(1, 10_000_000) : burst;
            exempt = map.containsKey("exempt") ? networks(map.get("exempt")) : exempt;
        }
        return new Access(
                accounts(base.accounts()),
                root.containsKey("max-names") ? root.get("max-names").number(1, 100) : base.maxNames(),
                root.containsKey("proxies") ? networks(root.get("proxies")) : base.proxies(),
                root.containsKey("operators") ? networks(root.get("operators")) : base.operators(),
                root.containsKey("operator-tokens") ? secrets(root.get("operator-tokens")) : base.operatorTokens(),
                rate,
                burst,
                exempt);
    }

    private static Networks networks(ConfigNode node) throws ConfigException {
        var networks = new ArrayList<io.espalier.httpdns.answer.Subnet>();
        for (var one : node.list()) {
            networks.add(one.as(Addresses::subnet));
        }
        return new Networks(networks);
    }

    private static List<Secret> secrets(ConfigNode node) throws ConfigException {
        return node.texts().stream().map(Secret::new).toList();
    }

    private Accounts accounts(Accounts base) throws ConfigException {
        var window = Accounts.WINDOW;
        var required = false;
        if (root.containsKey("signatures")) {
            var map = root.get("signatures").map(Set.of("required", "window"));
            required = map.containsKey("required") && map.get("required").bool();
            window = map.containsKey("window") ? map.get("window").duration() : window;
        } else if (!root.containsKey("accounts")) {
            return base;
        }
        var accounts = new ArrayList<Account>();
        for (var node : list("accounts")) {
            var map = node.map(Set.of("id", "secrets", "cipher-keys"));
            var secrets = map.containsKey("secrets") ? secrets(map.get("secrets")) : List.<Secret>of();
            var keys = map.containsKey("cipher-keys") ? secrets(map.get("cipher-keys")) : List.<Secret>of();
            var account = need(node, map, "id").as(id -> new Account(id, secrets, keys));
            if (accounts.stream().anyMatch(other -> other.id().equals(account.id()))) {
                throw node.bad("account " + account.id() + " stands here twice");
            }
            accounts.add(account);
        }
        var place = root.containsKey("signatures") ? need(root, "signatures") : need(root, "accounts");
        var mustBeSigned = required;
        var ahead = window;
        return place.made(from -> new Accounts(from, ahead, mustBeSigned), accounts);
    }

    private Drain drain(Drain base) throws ConfigException {
        var node = root.get("drain");
        if (node == null) {
            return base;
        }
        var map = node.map(Set.of("grace", "rest"));
        Duration grace = map.containsKey("grace") ? map.get("grace").duration() : base.grace();
        return new Drain(grace, map.containsKey("rest") ? map.get("rest").duration() : base.rest());
    }

    private static ConfigNode need(Map<String, ConfigNode> map, String key) {
        return Objects.requireNonNull(map.get(key));
    }

    private List<ConfigNode> list(String key) {
        return root.containsKey(key) ? root.get(key).list() : List.of();
    }

    private static ConfigNode need(ConfigNode node, Map<String, ConfigNode> map, String key) throws ConfigException {
        var value = map.get(key);
        if (value == null) {
            throw node.bad(key + " is missing");
        }
        return value;
    }
}
