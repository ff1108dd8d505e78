package io.espalier.agent.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Users and groups by name and number: from {@code /etc/passwd} and {@code /etc/group}, else asked of {@code getent},
 * which also knows directory services. Reads a file again when it has changed.
 */
public final class Names {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Table users;
    private final Table groups;
    private final int ownUser;
    private final int ownGroup;

    /** @param etc the folder with passwd and group */
    public Names(Path etc, ProcessRunner runner) {
        ownUser = ownNumber("unix:uid");
        ownGroup = ownNumber("unix:gid");
        users = new Table(etc.resolve("passwd"), "passwd", runner);
        groups = new Table(etc.resolve("group"), "group", runner);
    }

    private static int ownNumber(String attribute) {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), attribute);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell who runs the agent", e);
        }
    }

    /** The number of the user that the agent runs as; 0 is root. */
    public int ownUser() {
        return ownUser;
    }

    public int ownGroup() {
        return ownGroup;
    }

    public Optional<Integer> uid(String user) {
        return users.number(user);
    }

    public Optional<Integer> gid(String group) {
        return groups.number(group);
    }

    /** The user's name, or the number as text if nobody has it. */
    public String user(int uid) {
        return users.name(uid);
    }

    /** The group's name, or the number as text if none has it. */
    public String group(int gid) {
        return groups.name(gid);
    }

    private static final class Table {

        private final Path file;
        private final String database;
        private final ProcessRunner runner;
        private Map<String, Integer> numbers = Map.of();
        private Map<Integer, String> names = new HashMap<>();
        private FileTime readAt = FileTime.fromMillis(0);

        Table(Path file, String database, ProcessRunner runner) {
            this.file = file;
            this.database = database;
            this.runner = runner;
        }

        synchronized Optional<Integer> number(String name) {
            refresh();
            Integer number = numbers.get(name);
            return number != null
                    ? Optional.of(number)
                    : ask(name).map(line -> Integer.parseInt(line.split(":", -1)[2]));
        }

        synchronized String name(int number) {
            refresh();
            return names.computeIfAbsent(
                    number,
                    n -> ask(Integer.toString(n))
                            .map(line -> line.split(":", -1)[0])
                            .orElse(Integer.toString(n)));
        }

        private void refresh() {
            try {
                FileTime changed = Files.getLastModifiedTime(file);
                if (changed.equals(readAt)) {
                    return;
                }
                var newNumbers = new HashMap<String, Integer>();
                var newNames = new HashMap<Integer, String>();
                for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                    String[] fields = line.split(":", -1);
                    if (fields.length > 2 && fields[2].matches("\\d{1,9}")) {
                        newNumbers.putIfAbsent(fields[0], Integer.parseInt(fields[2]));
                        newNames.putIfAbsent(Integer.parseInt(fields[2]), fields[0]);
                    }
                }
                numbers = newNumbers;
                names = newNames;
                readAt = changed;
            } catch (IOException unreadable) {
                readAt = FileTime.fromMillis(0); // what was known stays; getent is asked for the rest
            }
        }

        private Optional<String> ask(String key) {
            if (!key.matches("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,255}")) {
                return Optional.empty();
            }
            CommandResult result = runner.run(List.of("getent", database, key), TIMEOUT);
            return result.isGood()
                    ? result.output()
                            .lines()
                            .filter(line -> line.matches("[^:]+:[^:]*:\\d{1,9}:.*"))
                            .findFirst()
                    : Optional.empty();
        }
    }
}
