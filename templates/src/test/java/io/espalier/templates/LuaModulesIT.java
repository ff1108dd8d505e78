package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code nginx-lua/test/*.lua}, where they are meant to run: within an nginx with real shared dicts. */
class LuaModulesIT {

    private static final Path LUA = Library.FOLDER.resolve("nginx-lua");

    @TempDir
    Path root;

    private final HttpClient http = HttpClient.newHttpClient();
    private Nginx nginx;

    @BeforeEach
    void start() throws IOException {
        Nginx.assumeInstalled();
        int port = Nginx.freePorts(1).getFirst();
        Files.createDirectories(root.resolve("etc/nginx"));
        Files.createDirectories(root.resolve("usr/share/nginx"));
        Files.writeString(root.resolve("etc/nginx/nginx.conf"), """
                load_module /usr/lib/nginx/modules/ndk_http_module.so;
                load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
                user root;
                worker_processes 1;
                pid %1$s/pid;
                error_log %1$s/error.log notice;
                events { worker_connections 256; }
                http {
                    access_log off;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    lua_package_path "%2$s/lua/?.lua;%2$s/test/?.lua;;";
                    lua_shared_dict lb_peers 1m;
                    lua_shared_dict lb_health 1m;
                    lua_shared_dict lb_workers 1m;
                    lua_shared_dict lb_metrics 1m;
                    lua_shared_dict lb_rate 1m;
                    lua_shared_dict lb_locks 1m;
                    lua_shared_dict lb_cache 1m;
                    server {
                        listen 127.0.0.1:%3$d;
                        location ~ ^/(\\w+)$ {
                            content_by_lua_block { require("check").run(ngx.var[1], "%1$s") }
                        }
                    }
                }
                """.formatted(root, LUA, port));
        nginx = Nginx.start(root, port);
    }

    @AfterEach
    void stop() {
        if (nginx != null) {
            nginx.close();
        }
        http.close();
    }

    @TestFactory
    Stream<DynamicNode> everyModule() throws IOException, InterruptedException {
        try (var files = Files.list(LUA.resolve("test"))) {
            var nodes = new java.util.ArrayList<DynamicNode>();
            for (String name : files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("_test.lua"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .toList()) {
                List<String> lines = lines(name);
                nodes.add(DynamicContainer.dynamicContainer(name, lines.stream().map(LuaModulesIT::test)));
            }
            assertThat(nodes).isNotEmpty();
            return nodes.stream();
        }
    }

    /** A line is {@code ok NAME} or {@code not ok NAME: MESSAGE}. */
    private static DynamicTest test(String line) {
        return DynamicTest.dynamicTest(
                line.replaceFirst("^(not )?ok ", ""), () -> assertThat(line).startsWith("ok "));
    }

    private List<String> lines(String name) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + nginx.port() + "/" + name))
                .timeout(Duration.ofSeconds(30))
                .build();
        var response = http.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(nginx.log()).isEqualTo(200);
        List<String> lines = response.body().lines().toList();
        assertThat(lines).isNotEmpty();
        return lines;
    }
}
