package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The library is content: what its Lua may lean on is listed here, and nothing else. */
class ArchitectureTest {

    private static final Path LUA = Library.FOLDER.resolve("nginx-lua/lua/lb");
    private static final Pattern REQUIRE = Pattern.compile("require[ (]*\"([^\"]+)\"");

    /** In Debian 12: libnginx-mod-http-lua, lua-resty-core, lua-cjson; and LuaJIT's own. */
    private static final Set<String> STOCK = Set.of("bit", "cjson", "cjson.safe", "ngx.balancer");

    private static List<Path> modules() throws IOException {
        try (var files = Files.list(LUA)) {
            return files.sorted().toList();
        }
    }

    @Test
    void luaLeansOnWhatDebianHasAndOnItself() throws IOException {
        Set<String> own = modules().stream()
                .map(file -> "lb." + file.getFileName().toString().replace(".lua", ""))
                .collect(Collectors.toSet());
        var others = new TreeSet<String>();
        for (Path file : modules()) {
            REQUIRE.matcher(Files.readString(file))
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !STOCK.contains(name) && !own.contains(name))
                    .forEach(others::add);
        }
        assertThat(others).isEmpty();
    }

    @Test
    void whatDecidesTouchesNoSharedState() throws IOException {
        for (String name : List.of("budget", "canary", "document", "hash")) {
            assertThat(Files.readString(LUA.resolve(name + ".lua")))
                    .as(name)
                    .doesNotContain("ngx.shared", "ngx.ctx", "ngx.var", "ngx.timer", "io.open");
        }
    }

    @Test
    void everyModuleIsSmallAndHasATestOrIsTestedByAStack() throws IOException {
        Set<String> byStack = Set.of("admin", "health", "proxy", "start", "worker");
        for (Path file : modules()) {
            String name = file.getFileName().toString().replace(".lua", "");
            assertThat(Files.readAllLines(file)).as(name).hasSizeLessThan(300);
            assertThat(byStack.contains(name)
                            || Files.exists(Library.FOLDER.resolve("nginx-lua/test/" + name + "_test.lua")))
                    .as(name)
                    .isTrue();
        }
    }
}
