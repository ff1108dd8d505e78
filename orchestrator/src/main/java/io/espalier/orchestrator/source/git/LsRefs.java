package io.espalier.orchestrator.source.git;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.http.HttpConnection;

/**
 * Asks a smart HTTP server for refs in one request. A git client first asks what the server can do and then for refs;
 * for a poll every few seconds that is one request too many, since nearly every server has spoken version 2 since 2018.
 *
 * <pre>
 * POST URL/git-upload-pack        Git-Protocol: version=2
 * 0014command=ls-refs\n 0001 0009peel\n 001bref-prefix refs/heads/main 0000
 *
 * 003d1f0c...e2 refs/heads/main\n 0000
 * </pre>
 *
 * <p>Each line carries its own length, itself included, as 4 hex digits; 0000 ends, 0001 separates. Source: git's
 * {@code gitprotocol-v2(5)}.
 */
final class LsRefs {

    /** About 200,000 refs; only a server that ignores the prefixes comes near. */
    private static final int MAX_ANSWER = 16 << 20;

    private static final String RESULT = "application/x-git-upload-pack-result";

    /** The server answered, but not as a version 2 server does. */
    static final class NotUnderstood extends IOException {

        private static final long serialVersionUID = 1L;

        NotUnderstood(String message) {
            super(message);
        }
    }

    private LsRefs() {}

    static List<Ref> ask(
            String url, List<String> prefixes, GuardedHttp http, Optional<Credential> credential, Duration timeout)
            throws IOException {
        String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        HttpConnection connection =
                http.create(URI.create(base + "/git-upload-pack").toURL());
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Git-Protocol", "version=2");
        connection.setRequestProperty("Content-Type", "application/x-git-upload-pack-request");
        connection.setRequestProperty("Accept", RESULT);
        credential
                .filter(known -> known.secret().isPresent())
                .ifPresent(known -> connection.setRequestProperty("Authorization", basic(known)));
        byte[] request = request(prefixes);
        connection.setFixedLengthStreamingMode(request.length);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(request);
        }
        if (connection.getResponseCode() != HttpConnection.HTTP_OK || !RESULT.equals(connection.getContentType())) {
            throw new NotUnderstood("status " + connection.getResponseCode());
        }
        try (InputStream in = connection.getInputStream()) {
            return parse(in);
        }
    }

    private static String basic(Credential credential) {
        String pair =
                credential.user().orElse("git") + ":" + credential.secret().orElseThrow();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] request(List<String> prefixes) {
        var out = new ByteArrayOutputStream();
        packet(out, "command=ls-refs\n");
        packet(out, "agent=espalier\n");
        out.writeBytes("0001".getBytes(StandardCharsets.US_ASCII));
        packet(out, "peel\n");
        prefixes.forEach(prefix -> packet(out, "ref-prefix " + prefix + "\n"));
        out.writeBytes("0000".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static void packet(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(String.format("%04x", bytes.length + 4).getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(bytes);
    }

    static List<Ref> parse(InputStream in) throws IOException {
        var refs = new ArrayList<Ref>();
        int total = 0;
        while (true) {
            int length = length(in);
            if (length == 0) {
                return refs;
            }
            total += length;
            if (length <= 4 || total > MAX_ANSWER) {
                throw new NotUnderstood(length <= 4 ? "a packet of " + length : "over " + Sizes.text(MAX_ANSWER));
            }
            byte[] line = in.readNBytes(length - 4);
            if (line.length < length - 4) {
                throw new EOFException("the answer ends in the middle of a line");
            }
            refs.add(ref(new String(line, StandardCharsets.UTF_8).stripTrailing()));
        }
    }

    private static int length(InputStream in) throws IOException {
        byte[] digits = in.readNBytes(4);
        try {
            return Integer.parseInt(new String(digits, StandardCharsets.US_ASCII), 16);
        } catch (NumberFormatException _) {
            throw new NotUnderstood("no packet line");
        }
    }

    private static Ref ref(String line) throws IOException {
        String[] words = line.split(" ", 3);
        if (words.length < 2 || !ObjectId.isId(words[0])) {
            throw new NotUnderstood(line.startsWith("ERR ") ? line.substring(4) : "no ref line");
        }
        return new ObjectIdRef.Unpeeled(Ref.Storage.NETWORK, words[1], ObjectId.fromString(words[0]));
    }
}
