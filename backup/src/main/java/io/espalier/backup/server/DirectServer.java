package io.espalier.backup.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.transport.Ask;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.DirectSink;
import io.espalier.backup.transport.HostKey;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.Refusal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * Takes objects over HTTPS.
 *
 * <pre>
 * POST /v1/worker/AUID/backup/objects/PACK/SHA256?size=N            where does it stand?
 * PUT  /v1/worker/AUID/backup/objects/PACK/SHA256?size=N&amp;offset=M   here is a piece
 * POST /v1/worker/AUID/backup/ask                                   a question of the host's own store
 * 200 receipt, or answer | 202 offset to go on from | 4xx, 5xx a line of text
 * </pre>
 */
public final class DirectServer implements AutoCloseable {
    private static final Pattern PATH =
            Pattern.compile("/v1/worker/([a-z0-9-]{1,64})/backup/objects/([A-Z]{1,16})/([0-9a-f]{64})");
    private static final Pattern ASK = Pattern.compile("/v1/worker/([a-z0-9-]{1,64})/backup/ask");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}");
    private static final String BEARER = "Bearer ";
    private static final int CONNECTIONS = 256;

    static {
        // The JDK's server takes its limits from here: no Nagle, no request that never ends.
        setUnlessSet("sun.net.httpserver.nodelay", "true");
        setUnlessSet("sun.net.httpserver.maxReqTime", "300");
        setUnlessSet("sun.net.httpserver.maxRspTime", "300");
        setUnlessSet("jdk.httpserver.maxConnections", "1024");
    }

    private final HttpsServer server;
    private final Intake intake;
    private final HostKeys hosts;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore pieces = new Semaphore(CONNECTIONS / 16); // each holds a piece in memory

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Starts at once.
     *
     * @param address port 0: any that is free
     */
    public DirectServer(InetSocketAddress address, SSLContext tls, Intake intake, HostKeys hosts) throws IOException {
        this.intake = intake;
        this.hosts = hosts;
        this.server = HttpsServer.create(address, CONNECTIONS);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = reply(exchange);
            byte[] body = reply.body();
            if (reply.status() >= 400) {
                // Who is still sending would not see the answer; who sends more than this shall not
                exchange.getRequestBody().skip(2L * DirectSink.PIECE);
                exchange.getResponseHeaders().set("Connection", "close");
            }
            exchange.getResponseHeaders().set("Content-Type", reply.type());
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Reply(int status, byte[] body, String type) {
        Reply(int status, String text) {
            this(status, text.getBytes(StandardCharsets.UTF_8), "text/plain; charset=utf-8");
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        Matcher asked = ASK.matcher(exchange.getRequestURI().getRawPath());
        if (asked.matches()) {
            return look(exchange, new Auid(asked.group(1)));
        }
        Matcher path = PATH.matcher(exchange.getRequestURI().getRawPath());
        if (!path.matches()) {
            return new Reply(404, "no such page\n");
        }
        var auid = new Auid(path.group(1));
        if (!isSignedIn(exchange, auid)) {
            return new Reply(401, "not the token of " + auid + "\n");
        }
        Optional<ObjectName> name = name(path.group(2), path.group(3));
        Map<String, Long> query = query(exchange.getRequestURI().getRawQuery());
        if (name.isEmpty() || !query.containsKey("size")) {
            return new Reply(400, "no such kind, or no size\n");
        }
        long size = query.get("size");
        return switch (exchange.getRequestMethod()) {
            case "POST" -> reply(intake.offer(auid, name.get(), size));
            case "PUT" -> put(exchange, auid, name.get(), size, query.getOrDefault("offset", -1L));
            default -> new Reply(405, "POST or PUT\n");
        };
    }

    private Reply look(HttpExchange exchange, Auid auid) throws IOException {
        if (!isSignedIn(exchange, auid)) {
            return new Reply(401, "not the token of " + auid + "\n");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return new Reply(405, "POST\n");
        }
        byte[] question = exchange.getRequestBody().readNBytes(Ask.LONGEST + 1);
        return new Reply(200, intake.lookUp(auid, question), "application/octet-stream");
    }

    private Reply put(HttpExchange exchange, Auid auid, ObjectName name, long size, long offset) throws IOException {
        if (offset < 0) {
            return new Reply(400, "no offset\n");
        }
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length == null || !NUMBER.matcher(length).matches() || Long.parseLong(length) > DirectSink.PIECE) {
            return new Reply(413, "a piece has at most " + DirectSink.PIECE + " bytes\n");
        }
        if (!pieces.tryAcquire()) {
            return new Reply(429, "busy\n");
        }
        try {
            byte[] piece = exchange.getRequestBody().readNBytes((int) Long.parseLong(length));
            if (piece.length != Long.parseLong(length)) {
                return new Reply(400, "the piece was cut\n");
            }
            return reply(intake.append(auid, name, size, offset, ByteBuffer.wrap(piece)));
        } finally {
            pieces.release();
        }
    }

    private static Reply reply(Answer answer) {
        return switch (answer) {
            case Answer.Have have -> new Reply(200, Receipts.text(have.receipt()));
            case Answer.Need need -> new Reply(202, need.offset() + "\n");
            case Answer.Refused refused ->
                new Reply(status(refused.refusal()), refused.refusal() + ": " + refused.detail() + "\n");
        };
    }

    private static int status(Refusal refusal) {
        return switch (refusal) {
            case NOT_SIGNED_IN -> 401;
            case NOT_ALLOWED -> 403;
            case DAMAGED -> 422;
            case FULL -> 507;
            case BUSY -> 429;
            case FAILED -> 500;
        };
    }

    /** A token is good for its own auid only: there is no other lookup than by the auid of the path. */
    private boolean isSignedIn(HttpExchange exchange, Auid auid) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header == null || !header.startsWith(BEARER) || header.length() > 512) {
            return false;
        }
        try {
            HostKey shown = HostKey.ofToken(header.substring(BEARER.length()));
            return hosts.of(auid).filter(shown::equals).isPresent();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Optional<ObjectName> name(String kind, String hash) {
        for (ObjectName.Kind one : ObjectName.Kind.values()) {
            if (one.name().equals(kind)) {
                return Optional.of(new ObjectName(one, hash));
            }
        }
        return Optional.empty();
    }

    private static Map<String, Long> query(@org.jspecify.annotations.Nullable String raw) {
        var numbers = new HashMap<String, Long>();
        if (raw != null && raw.length() < 100) {
            for (String pair : raw.split("&", 8)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && NUMBER.matcher(pair.substring(equals + 1)).matches()) {
                    numbers.put(pair.substring(0, equals), Long.parseLong(pair.substring(equals + 1)));
                }
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
