package io.espalier.httpdns;

import io.espalier.httpdns.redis.RedisSettings;
import io.espalier.testkit.RedisCluster;
import io.espalier.testkit.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Real redis-server processes as the shared cache uses them, one alone or a cluster. */
public final class RedisServers implements AutoCloseable {
    private static final String[] AS_CACHE = {"--maxmemory", "64mb", "--maxmemory-policy", "volatile-ttl"};
    private static final String[] AS_CLUSTERED_CACHE = {
        "--maxmemory",
        "64mb",
        "--maxmemory-policy",
        "volatile-ttl",
        "--cluster-node-timeout",
        "1000",
        "--cluster-allow-reads-when-down",
        "yes"
    };

    private final boolean cluster;
    private final List<RedisServer> members;

    private RedisServers(boolean cluster, List<RedisServer> members) {
        this.cluster = cluster;
        this.members = members;
    }

    public static boolean isInstalled() {
        return RedisServer.isInstalled();
    }

    public static RedisServers single(Path folder) {
        return new RedisServers(false, List.of(RedisServer.start(folder.resolve("redis"), AS_CACHE)));
    }

    public static RedisServers cluster(Path folder) {
        RedisCluster six = RedisCluster.start(folder, AS_CLUSTERED_CACHE);
        return new RedisServers(
                true, IntStream.range(0, six.size()).mapToObj(six::server).toList());
    }

    /** For the test's own commands to one member. */
    public Jedis admin(int member) {
        return new Jedis("127.0.0.1", members.get(member).port(), 1000);
    }

    public RedisSettings settings() {
        return RedisSettings.of(members.stream().map(RedisServer::address).toList(), cluster);
    }

    /** The member that serves a slot now, as far as the members know. */
    public int memberOf(int slot) {
        for (var i = 0; i < members.size(); i++) {
            if (!members.get(i).isAlive()) {
                continue;
            }
            try (var jedis = admin(i)) {
                for (var line : jedis.clusterNodes().lines().toList()) {
                    var fields = line.split(" ");
                    if (!fields[2].contains("fail") && serves(fields, slot)) {
                        return withPort(Integer.parseInt(fields[1].replaceAll(".*:(\\d+)@.*", "$1")));
                    }
                }
            } catch (JedisException e) {
                // another
            }
        }
        throw new IllegalStateException("nobody serves slot " + slot);
    }

    private int withPort(int port) {
        return IntStream.range(0, members.size())
                .filter(member -> members.get(member).port() == port)
                .findFirst()
                .orElseThrow();
    }

    private static boolean serves(String[] fields, int slot) {
        for (var i = 8; i < fields.length; i++) {
            if (fields[i].matches("\\d+(-\\d+)?")) {
                var range = fields[i].split("-", 2);
                if (Integer.parseInt(range[0]) <= slot && slot <= Integer.parseInt(range[range.length - 1])) {
                    return true;
                }
            }
        }
        return false;
    }

    public RedisServer member(int number) {
        return members.get(number);
    }

    public int count() {
        return members.size();
    }

    @Override
    public void close() {
        members.forEach(RedisServer::close);
    }
}
