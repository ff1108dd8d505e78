package io.espalier.orchestrator.source.svn;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Apache with mod_dav_svn over TLS, with a configuration of its own. */
final class Apache implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/apache2");
    private static final Path MODULES = Path.of("/usr/lib/apache2/modules");

    private final Process process;
    private final int port;

    private Apache(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static boolean isInstalled() {
        return Files.exists(PROGRAM) && Files.exists(MODULES.resolve("mod_dav_svn.so"));
    }

    /**
     * @param folder its repositories are in {@code served}, beneath {@code /svn/}
     * @param users in the form of htpasswd; empty for no sign-in
     */
    static Apache start(Path folder, Path certificate, Path key, String users) throws Exception {
        // Its children are another account where it is started by root
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        int port = freePort();
        Files.writeString(folder.resolve("users"), users);
        Files.writeString(folder.resolve("apache.conf"), """
                ServerName 127.0.0.1
                ServerRoot %1$s
                PidFile %1$s/apache.pid
                ErrorLog %1$s/apache.log
                DefaultRuntimeDir %1$s
                Mutex sem
                LoadModule mpm_event_module %2$s/mod_mpm_event.so
                LoadModule authn_core_module %2$s/mod_authn_core.so
                LoadModule authn_file_module %2$s/mod_authn_file.so
                LoadModule authz_core_module %2$s/mod_authz_core.so
                LoadModule authz_user_module %2$s/mod_authz_user.so
                LoadModule auth_basic_module %2$s/mod_auth_basic.so
                LoadModule alias_module %2$s/mod_alias.so
                LoadModule ssl_module %2$s/mod_ssl.so
                LoadModule dav_module %2$s/mod_dav.so
                LoadModule dav_svn_module %2$s/mod_dav_svn.so
                User www-data
                Group www-data
                StartServers 1
                Listen 127.0.0.1:%3$d
                SSLEngine on
                SSLCertificateFile %4$s
                SSLCertificateKeyFile %5$s
                <Location /svn>
                  DAV svn
                  SVNParentPath %1$s/served
                  %6$s
                </Location>
                Redirect 301 /moved https://127.0.0.1:%3$d/svn/repo
                """.formatted(
                        folder,
                        MODULES,
                        port,
                        certificate,
                        key,
                        users.isEmpty()
                                ? "Require all granted"
                                : "AuthType Basic\n  AuthName R\n  AuthUserFile " + folder + "/users\n"
                                        + "  Require valid-user"));
        Process process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "-D",
                        "FOREGROUND",
                        "-f",
                        folder.resolve("apache.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("apache.out").toFile())
                .start();
        var apache = new Apache(process, port);
        try {
            Await.until("Apache answers", Duration.ofSeconds(60), () -> apache.answers(folder));
        } catch (RuntimeException | AssertionError e) {
            apache.close();
            throw e;
        }
        return apache;
    }

    private boolean answers(Path folder) {
        if (!process.isAlive()) {
            throw new AssertionError(
                    "Apache ended: " + read(folder.resolve("apache.out")) + read(folder.resolve("apache.log")));
        }
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
