package io.espalier.backup.dump;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The programs of PostgreSQL, signed in by a password file that only this account can read. */
final class PostgresClient {
    private final DumpSpec.Endpoint server;
    private final String user;
    private final Optional<Path> tools;
    private final Tool tool;

    PostgresClient(DumpSpec.Endpoint server, DumpSpec.Login login, Optional<Path> tools, Limits limits, Spool spool) {
        this.server = server;
        this.user = login.user();
        this.tools = tools;
        String line = login.password()
                .map(password ->
                        "*:*:*:*:" + password.reveal().replace("\\", "\\\\").replace(":", "\\:") + "\n")
                .orElse("");
        Path file = spool.secret("pgpass", line);
        this.tool = new Tool(spool.folder(), Map.of("PGPASSFILE", file.toString(), "PGCONNECT_TIMEOUT", "10"), limits);
    }

    /** The rows of a query of {@code width} columns. */
    List<List<String>> query(String database, int width, String sql) {
        String text = tool.text(argv(
                "psql",
                List.of("-X", "-A", "-t", "-q", "-z", "-0", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d", database)));
        var rows = new ArrayList<List<String>>();
        // Fields and records both end with a zero byte, the one that no value can hold.
        String[] fields = text.split("\0", -1);
        for (int i = 0; i + width < fields.length; i += width) {
            rows.add(List.of(fields).subList(i, i + width));
        }
        return rows;
    }

    void run(String program, List<String> options, OutputStream to) {
        tool.run(argv(program, options), to);
    }

    /** For what reads a file and needs no server. */
    void local(String program, List<String> options, Spool.Check reader) {
        var argv = new ArrayList<String>();
        argv.add(Tool.firstOf(tools, program));
        argv.addAll(options);
        tool.run(argv, java.io.InputStream.nullInputStream(), reader);
    }

    private List<String> argv(String program, List<String> options) {
        var argv = new ArrayList<String>();
        argv.add(Tool.firstOf(tools, program));
        argv.add("--no-password");
        switch (server) {
            case DumpSpec.Endpoint.Socket local ->
                argv.addAll(List.of("-h", local.path().toString()));
            case DumpSpec.Endpoint.Tcp tcp -> argv.addAll(List.of("-h", tcp.host(), "-p", String.valueOf(tcp.port())));
        }
        if (!user.isEmpty()) {
            argv.addAll(List.of("-U", user));
        }
        argv.addAll(options);
        return argv;
    }
}
