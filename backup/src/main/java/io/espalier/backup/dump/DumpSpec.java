package io.espalier.backup.dump;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What to dump, and how to reach it. Closed: a new kind is a record here and a case in {@link Dumps}. */
public sealed interface DumpSpec {
    /** As in the report, such as {@code mysql}. */
    String kind();

    Limits limits();

    DumpSpec with(Limits limits);

    /** Where a server listens. */
    sealed interface Endpoint {
        record Tcp(String host, int port) implements Endpoint {
            public Tcp {
                if (host.isBlank() || host.startsWith("-") || port < 1 || port > 65_535) {
                    throw new IllegalArgumentException("endpoint: " + host + ":" + port + " (expected: HOST:PORT)");
                }
            }

            @Override
            public String toString() {
                return host + ":" + port;
            }
        }

        /** For PostgreSQL the folder that holds the socket, as its clients want it. */
        record Socket(Path path) implements Endpoint {
            @Override
            public String toString() {
                return path.toString();
            }
        }
    }

    /** Empty: the name of the account that runs this process, without a password. */
    record Login(String user, Optional<Secret> password) {
        public static Login of(String user, String password) {
            return new Login(user, Optional.of(new Secret(password)));
        }

        public static Login of(String user) {
            return new Login(user, Optional.empty());
        }
    }

    /**
     * One part a node, as an RDB file by the replication protocol. For a cluster name every master: there is no
     * common point in time, and the record says so.
     */
    record Redis(List<Endpoint> nodes, Optional<Login> login, Limits limits) implements DumpSpec {
        public Redis {
            nodes = List.copyOf(nodes);
            if (nodes.isEmpty()) {
                throw new IllegalArgumentException("redis: no node");
            }
        }

        @Override
        public String kind() {
            return "redis";
        }

        @Override
        public Redis with(Limits other) {
            return new Redis(nodes, login, other);
        }
    }

    /**
     * One part for all databases.
     *
     * @param databases empty: all but the server's own
     * @param locking all tables for the whole dump, the only way to a consistent dump of tables without
     *     transactions; without it such tables are refused
     * @param tools folder of {@code mariadb} and {@code mariadb-dump} (or {@code mysql}, {@code mysqldump}); empty:
     *     the search path
     */
    record Mysql(
            Endpoint server, Login login, List<String> databases, boolean locking, Optional<Path> tools, Limits limits)
            implements DumpSpec {
        public Mysql {
            databases = List.copyOf(databases);
            databases.forEach(DumpSpec::requireName);
        }

        @Override
        public String kind() {
            return "mysql";
        }

        @Override
        public Mysql with(Limits other) {
            return new Mysql(server, login, databases, locking, tools, other);
        }
    }

    /**
     * One part a database in the custom format, uncompressed so that equal rows stay equal bytes.
     *
     * @param databases empty: all that accept connections and are no templates
     * @param globals also roles and tablespaces, as the part {@code globals}; needs a superuser
     * @param tools folder of {@code psql}, {@code pg_dump}, {@code pg_dumpall}, {@code pg_restore}; empty: the
     *     search path
     */
    record Postgres(
            Endpoint server, Login login, List<String> databases, boolean globals, Optional<Path> tools, Limits limits)
            implements DumpSpec {
        public Postgres {
            databases = List.copyOf(databases);
            databases.forEach(DumpSpec::requireName);
        }

        @Override
        public String kind() {
            return "postgresql";
        }

        @Override
        public Postgres with(Limits other) {
            return new Postgres(server, login, databases, globals, tools, other);
        }
    }

    /**
     * Whatever a program writes to its standard output.
     *
     * @param kind its name in the report
     * @param argv program and arguments; never a shell line
     * @param verify a program that gets the dump on standard input and ends with 0 if it is good; empty: none
     */
    record Command(String kind, List<String> argv, List<String> verify, Limits limits) implements DumpSpec {
        public Command {
            argv = List.copyOf(argv);
            verify = List.copyOf(verify);
            if (argv.isEmpty() || !kind.matches("[a-z0-9][a-z0-9-]{0,30}")) {
                throw new IllegalArgumentException(
                        "command: " + kind + " " + argv + " (expected: a name and a program)");
            }
        }

        @Override
        public Command with(Limits other) {
            return new Command(kind, argv, verify, other);
        }
    }

    private static void requireName(String database) {
        if (database.isEmpty()
                || database.length() > 64
                || database.startsWith("-")
                || database.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException(
                    "database: \"" + database + "\" (expected: 1 to 64 characters, no dash first)");
        }
    }
}
