package io.espalier.agent.health;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** One GET over a plain socket, because an HTTP client would cost the agent megabytes. Reads the status line only. */
final class HttpGet {

    /** RFC 9112, section 4. */
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: .*)?");

    private static final int MAX_LINE = 8 << 10;

    private HttpGet() {}

    /**
     * The status that the server answers; redirects are not followed.
     *
     * @throws IOException if there is no answer in time
     * @throws IllegalArgumentException if the URL is none
     */
    static int status(String url, Duration timeout) throws IOException {
        URI uri = URI.create(url);
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        if (uri.getHost() == null || (!tls && !"http".equalsIgnoreCase(uri.getScheme()))) {
            throw new IllegalArgumentException("url: " + url + " (expected: http://host... or https://host...)");
        }
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
        String host = uri.getHost().replaceAll("^\\[|]$", "");
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), HealthProbe.millis(timeout));
            Socket socket = tls ? secured(plain, host, port, deadline) : plain;
            String path = (uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath())
                    + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            String authority = uri.getHost() + (uri.getPort() > 0 ? ":" + uri.getPort() : "");
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + authority
                    + "\r\nUser-Agent: espalier-agent\r\nAccept: */*\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            String line = firstLine(socket, deadline);
            Matcher status = STATUS_LINE.matcher(line);
            if (!status.matches()) {
                throw new IOException("no HTTP answer");
            }
            return Integer.parseInt(status.group(1));
        }
    }

    private static SSLSocket secured(Socket plain, String host, int port, long deadline) throws IOException {
        plain.setSoTimeout(left(deadline));
        var socket =
                (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static String firstLine(Socket socket, long deadline) throws IOException {
        InputStream in = socket.getInputStream();
        var line = new ByteArrayOutputStream();
        while (line.size() < MAX_LINE) {
            socket.setSoTimeout(left(deadline));
            int next = in.read();
            if (next < 0 || next == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1).strip();
            }
            line.write(next);
        }
        throw new IOException("no HTTP answer");
    }

    private static int left(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return HealthProbe.millis(Duration.ofMillis(millis));
    }
}
