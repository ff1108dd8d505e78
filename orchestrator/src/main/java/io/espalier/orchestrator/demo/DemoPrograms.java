package io.espalier.orchestrator.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the demo starts the other roles: by the launcher that started it, or, where there is none (a development
 * environment, a test), by the same JVM and class path.
 */
final class DemoPrograms {

    private static final String HOME = "ESPALIER_HOME";

    private DemoPrograms() {}

    static List<String> server(Path config) {
        return role("server", "io.espalier.orchestrator.OrchestratorApplication", "--config", config.toString());
    }

    static List<String> agent(Path root) {
        return role("agent", "io.espalier.agent.AgentApplication", "--root", root.toString());
    }

    /** The folder with the sample fleets. */
    static Path samples() {
        Path start = Path.of(System.getenv().getOrDefault(HOME, "")).toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("repos/demo"))) {
                return folder.resolve("repos");
            }
        }
        throw new IllegalStateException(
                "no sample fleets (repos/demo) in " + start + " or above; is " + HOME + " right?");
    }

    private static List<String> role(String role, String mainClass, String... arguments) {
        var command = new ArrayList<String>();
        String home = System.getenv(HOME);
        if (home != null) {
            command.addAll(List.of(home + "/bin/espalier", role));
        } else {
            command.addAll(List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    mainClass));
        }
        command.addAll(List.of(arguments));
        return command;
    }
}
