package io.espalier.orchestrator.balance;

import io.espalier.orchestrator.host.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One request to a balancer's own listener. In HTTP/1.0: one request, one answer that ends with the connection. */
final class AdminExchange {

    static final String PATH = "/_espalier/peers";
    private static final int MOST = 1 << 20;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})[ \r].*", Pattern.DOTALL);

    private AdminExchange() {}

    /** An answer, with a body of 1 MiB at most. */
    record Reply(int status, String body) {}

    static Reply get(Wire wire, String token) throws IOException {
        return exchange(wire, "GET", token, "");
    }

    static Reply put(Wire wire, String token, String document) throws IOException {
        return exchange(wire, "PUT", token, document);
    }

    private static Reply exchange(Wire wire, String method, String token, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + PATH + " HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        var out = wire.out();
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes);
        out.flush();
        byte[] all = wire.in().readNBytes(MOST);
        return parse(new String(all, StandardCharsets.UTF_8));
    }

    static Reply parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        Matcher status = STATUS.matcher(end < 0 ? "" : text.substring(0, end + 2));
        if (!status.matches()) {
            throw new IOException("what answers there is no balancer: "
                    + (text.isEmpty() ? "nothing came" : "'" + shown(text) + "'"));
        }
        return new Reply(Integer.parseInt(status.group(1)), text.substring(end + 4));
    }

    private static String shown(String text) {
        String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
        return (clean.length() <= 60 ? clean : clean.substring(0, 60) + "...").toLowerCase(Locale.ROOT);
    }
}
