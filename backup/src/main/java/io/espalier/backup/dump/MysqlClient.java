package io.espalier.backup.dump;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The programs of MariaDB or MySQL, signed in by a file that only this account can read. */
final class MysqlClient {
    private final DumpSpec.Endpoint server;
    private final Optional<Path> tools;
    private final Tool tool;
    private final Path defaults;

    MysqlClient(DumpSpec.Endpoint server, DumpSpec.Login login, Optional<Path> tools, Limits limits, Spool spool) {
        this.server = server;
        this.tools = tools;
        this.tool = new Tool(spool.folder(), Map.of(), limits);
        this.defaults = spool.secret("client.cnf", defaults(login));
    }

    private String defaults(DumpSpec.Login login) {
        var text = new StringBuilder("[client]\n");
        text.append("user=").append(quoted(login.user())).append('\n');
        login.password()
                .ifPresent(password -> text.append("password=")
                        .append(quoted(password.reveal()))
                        .append('\n'));
        switch (server) {
            case DumpSpec.Endpoint.Socket local ->
                text.append("socket=").append(quoted(local.path().toString())).append('\n');
            case DumpSpec.Endpoint.Tcp tcp ->
                text.append("host=")
                        .append(quoted(tcp.host()))
                        .append("\nport=")
                        .append(tcp.port())
                        .append("\nprotocol=tcp\n");
        }
        return text.toString();
    }

    /** Values of an option file know the escapes of C. */
    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** The rows of a statement, tab-separated. */
    List<String> query(String sql) {
        return tool.text(client(List.of("--batch", "--skip-column-names", "--execute=" + sql)))
                .lines()
                .toList();
    }

    void dump(List<String> options, OutputStream to) {
        var argv = new ArrayList<String>();
        argv.add(Tool.firstOf(tools, "mariadb-dump", "mysqldump"));
        argv.add("--defaults-file=" + defaults);
        argv.addAll(options);
        tool.run(argv, to);
    }

    /** Runs a script; the first statement that fails ends it. */
    void load(Optional<String> database, InputStream script) {
        var options = new ArrayList<String>();
        options.add("--batch");
        options.add("--default-character-set=utf8mb4");
        options.add("--max-allowed-packet=1G");
        database.ifPresent(name -> options.add("--database=" + name));
        tool.run(client(options), script, out -> out.transferTo(OutputStream.nullOutputStream()));
    }

    private List<String> client(List<String> options) {
        var argv = new ArrayList<String>();
        argv.add(Tool.firstOf(tools, "mariadb", "mysql"));
        argv.add("--defaults-file=" + defaults);
        argv.addAll(options);
        return argv;
    }

    /** A name as a literal that no quoting rule can change. */
    static String literal(String name) {
        return "0x" + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8));
    }

    static String name(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
