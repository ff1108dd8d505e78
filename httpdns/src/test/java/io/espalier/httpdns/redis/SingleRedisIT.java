package io.espalier.httpdns.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.httpdns.RedisServers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SingleRedisIT extends SharedCacheContract {
    private static RedisServers servers;

    @BeforeAll
    static void start(@TempDir Path folder) {
        assumeTrue(RedisServers.isInstalled(), "needs redis-server");
        servers = RedisServers.single(folder);
    }

    @AfterAll
    static void stop() {
        if (servers != null) {
            servers.close();
        }
    }

    @Override
    RedisServers servers() {
        return servers;
    }
}
