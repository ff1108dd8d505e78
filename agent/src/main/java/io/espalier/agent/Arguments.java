package io.espalier.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The command line.
 *
 * @param command what to do
 * @param root everything is laid below; {@code /} unless given
 * @param json whether {@code show} prints JSON
 */
record Arguments(Command command, Path root, Optional<Path> config, Optional<Path> socket, boolean json) {

    enum Command {
        RUN,
        BRIDGE,
        SHOW,
        TRAIN,
        HELP,
        VERSION
    }

    static final String USAGE = """
            usage: espalier agent [--config FILE] [--root DIR]           serve on the agent's socket
                   espalier agent bridge [--root DIR] [--socket FILE]    join stdin and stdout to that socket
                   espalier agent show [--root DIR] [--output json]      what this host holds: release, units, state, drift;
                                                                         needs no running agent, changes nothing

              --config FILE   default DIR/etc/espalier/agent.yaml
              --root DIR      lay everything below DIR (default /); no packages, no accounts then
              --help, --version
            """;

    /** @throws ConfigException if it makes no sense */
    static Arguments parse(List<String> words) throws ConfigException {
        Command command = Command.RUN;
        Path root = Path.of("/");
        Optional<Path> config = Optional.empty();
        Optional<Path> socket = Optional.empty();
        boolean json = false;
        for (int i = 0; i < words.size(); i++) {
            switch (words.get(i)) {
                case "bridge" -> command = Command.BRIDGE;
                case "show" -> command = Command.SHOW;
                case "--train" -> command = Command.TRAIN; // by the launcher only
                case "--help", "-h" -> command = Command.HELP;
                case "--version", "-V" -> command = Command.VERSION;
                case "--root" -> root = value(words, ++i);
                case "--config" -> config = Optional.of(value(words, ++i));
                case "--output" -> json = isJson(value(words, ++i).toString());
                case "--socket" -> socket = Optional.of(value(words, ++i));
                default -> throw new ConfigException("unknown argument: " + words.get(i) + "\n" + USAGE);
            }
        }
        return new Arguments(command, root.toAbsolutePath().normalize(), config, socket, json);
    }

    private static boolean isJson(String output) throws ConfigException {
        return switch (output) {
            case "json" -> true;
            case "table" -> false;
            default -> throw new ConfigException("--output " + output + " (expected: table or json)");
        };
    }

    private static Path value(List<String> words, int at) throws ConfigException {
        if (at >= words.size()) {
            throw new ConfigException(words.get(at - 1) + " needs a value\n" + USAGE);
        }
        return Path.of(words.get(at));
    }

    Path configFile() {
        return config.orElseGet(() -> below("/etc/espalier/agent.yaml"));
    }

    /** Where a path of the host really is. A path that begins with two slashes is taken as it is. */
    Path below(String path) {
        return path.startsWith("//") ? Path.of(path.substring(1)) : root.resolve(path.substring(1));
    }
}
