package io.espalier.agent;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Properties;

/** The agent's command line. Exit status: 0 fine, 1 it failed, 2 wrong usage or configuration. */
public final class AgentApplication {

    private AgentApplication() {}

    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) {
        try {
            Arguments arguments = Arguments.parse(args);
            switch (arguments.command()) {
                case RUN -> Daemon.run(arguments, version());
                case BRIDGE -> bridge(arguments);
                case SHOW -> Show.print(arguments, System.out);
                case TRAIN -> Training.run(arguments, version());
                case HELP -> System.out.print(Arguments.USAGE);
                case VERSION -> System.out.println("espalier agent " + version());
            }
            return 0;
        } catch (ConfigException e) {
            System.err.println("espalier agent: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            System.err.println("espalier agent: " + (e.getMessage() == null ? e : e.getMessage()));
            return 1;
        }
    }

    private static void bridge(Arguments arguments) throws IOException, ConfigException {
        // Reading the configuration costs more than all else here, so it is done only where there is no usual socket.
        var usual = arguments.below(Config.SOCKET);
        var socket = arguments.socket().isPresent() || Files.exists(usual)
                ? arguments.socket().orElse(usual)
                : arguments.below(Config.read(arguments.configFile()).socket());
        try (var out = new FileOutputStream(FileDescriptor.out)) {
            Bridge.run(socket, System.in, out.getChannel());
        }
    }

    private static String version() throws IOException {
        try (InputStream in = AgentApplication.class.getResourceAsStream(
                "/META-INF/maven/io.espalier/espalier-agent/pom.properties")) {
            if (in == null) {
                return "development";
            }
            var properties = new Properties();
            properties.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
            return properties.getProperty("version", "development");
        }
    }
}
