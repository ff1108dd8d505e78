package io.espalier.backup.s3;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.repository.StoreException.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A store in a bucket, with keys like {@code prefix/packs/3f9a...}. S3 makes an object visible whole, and durable before it
 * answers; it checks the body against the hash in the signature. A key is never written twice with other bytes, since it is
 * the hash of them.
 */
public final class S3ObjectStore implements ObjectStore {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final String EMPTY_HASH = Signature.sha256("");

    private final S3Place place;
    private final S3Credentials credentials;
    private final InstantSource clock;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    public S3ObjectStore(S3Place place, S3Credentials credentials, InstantSource clock) {
        this.place = place;
        this.credentials = credentials;
        this.clock = clock;
    }

    @Override
    public void put(ObjectName name, ByteBuffer content) throws StoreException {
        if (!name.names(content)) {
            throw new StoreException(Reason.DAMAGED, "put " + name + ": the bytes do not have that name");
        }
        Optional<Long> there = size(name);
        if (there.isPresent()) {
            if (there.get() != content.remaining()) {
                throw new StoreException(Reason.DAMAGED, "put " + name + ": other bytes are in the bucket");
            }
            return;
        }
        HttpRequest.BodyPublisher body;
        if (content.hasArray()) {
            body = BodyPublishers.ofByteArray(
                    content.array(), content.arrayOffset() + content.position(), content.remaining());
        } else {
            byte[] bytes = new byte[content.remaining()];
            content.duplicate().get(bytes);
            body = BodyPublishers.ofByteArray(bytes);
        }
        HttpResponse<byte[]> response =
                send("PUT", key(name), new TreeMap<>(), Map.of(), name.sha256Hex(), body, "put " + name);
        require(response, "put " + name, 200);
    }

    @Override
    public byte[] get(ObjectName name) throws StoreException {
        HttpResponse<byte[]> response = ask("GET", key(name), Map.of(), "get " + name);
        require(response, "get " + name, 200);
        if (!name.names(ByteBuffer.wrap(response.body()))) {
            throw new StoreException(Reason.DAMAGED, "get " + name + ": the bucket holds other bytes");
        }
        return response.body();
    }

    @Override
    public byte[] range(ObjectName name, long offset, int length) throws StoreException {
        if (length == 0) {
            return new byte[0];
        }
        String operation = "get " + name;
        Map<String, String> range = Map.of("range", "bytes=" + offset + "-" + (offset + length - 1));
        HttpResponse<byte[]> response = ask("GET", key(name), range, operation);
        if (response.statusCode() == 416) {
            throw new StoreException(Reason.DAMAGED, operation + ": ends too early");
        }
        require(response, operation, 206);
        if (response.body().length != length) {
            throw new StoreException(Reason.DAMAGED, operation + ": ends too early");
        }
        return response.body();
    }

    @Override
    public Optional<Long> size(ObjectName name) throws StoreException {
        HttpResponse<byte[]> response = ask("HEAD", key(name), Map.of(), "look at " + name);
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        require(response, "look at " + name, 200);
        return Optional.of(response.headers().firstValueAsLong("content-length").orElse(0));
    }

    @Override
    public List<ObjectName> list(Kind kind) throws StoreException {
        var names = new ArrayList<ObjectName>();
        String prefix = place.prefix() + kind.folder() + "/";
        Optional<String> token = Optional.empty();
        do {
            var query = new TreeMap<String, String>();
            query.put("list-type", "2");
            query.put("prefix", prefix);
            token.ifPresent(value -> query.put("continuation-token", value));
            String operation = "list " + kind.folder();
            HttpResponse<byte[]> response =
                    send("GET", "/" + place.bucket(), query, Map.of(), EMPTY_HASH, BodyPublishers.noBody(), operation);
            require(response, operation, 200);
            token = page(response.body(), kind, prefix, names);
        } while (token.isPresent());
        Collections.sort(names);
        return names;
    }

    /** Adds the names of one page; gives the token of the next. */
    private static Optional<String> page(byte[] xml, Kind kind, String prefix, List<ObjectName> names)
            throws StoreException {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        Optional<String> token = Optional.empty();
        boolean isTruncated = false;
        try {
            XMLStreamReader reader =
                    factory.createXMLStreamReader(new StringReader(new String(xml, StandardCharsets.UTF_8)));
            while (reader.hasNext()) {
                if (reader.next() != XMLStreamReader.START_ELEMENT) {
                    continue;
                }
                switch (reader.getLocalName()) {
                    case "Key" -> {
                        String key = reader.getElementText();
                        String hex = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
                        if (hex.matches("[0-9a-f]{64}")) {
                            names.add(new ObjectName(kind, hex));
                        }
                    }
                    case "IsTruncated" -> isTruncated = reader.getElementText().equals("true");
                    case "NextContinuationToken" -> token = Optional.of(reader.getElementText());
                    default -> {}
                }
            }
        } catch (XMLStreamException e) {
            throw new StoreException(Reason.FAILED, "list " + kind.folder() + ": the answer is no XML", e);
        }
        if (isTruncated && token.isEmpty()) {
            throw new StoreException(Reason.FAILED, "list " + kind.folder() + ": cut off without a way on");
        }
        return isTruncated ? token : Optional.empty();
    }

    @Override
    public void delete(ObjectName name) throws StoreException {
        HttpResponse<byte[]> response = ask("DELETE", key(name), Map.of(), "delete " + name);
        if (response.statusCode() != 404) {
            require(response, "delete " + name, 204, 200);
        }
    }

    private String key(ObjectName name) {
        return "/" + place.bucket() + "/" + place.prefix() + name.kind().folder() + "/" + name.sha256Hex();
    }

    private HttpResponse<byte[]> ask(String method, String path, Map<String, String> headers, String operation)
            throws StoreException {
        return send(method, path, new TreeMap<>(), headers, EMPTY_HASH, BodyPublishers.noBody(), operation);
    }

    private HttpResponse<byte[]> send(
            String method,
            String path,
            SortedMap<String, String> query,
            Map<String, String> headers,
            String bodyHash,
            HttpRequest.BodyPublisher body,
            String operation)
            throws StoreException {
        String authority = place.endpoint().getAuthority();
        String question = query.isEmpty() ? "" : "?" + Signature.query(query);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(place.endpoint() + path + question))
                .timeout(TIMEOUT)
                .method(method, body);
        Signature.headers(method, path, query, authority, bodyHash, headers, credentials, clock.instant())
                .forEach(request::header);
        try {
            return client.send(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), ObjectName.MAX_SIZE));
        } catch (IOException e) {
            throw new StoreException(Reason.UNREACHABLE, operation + " at " + place.endpoint() + ": " + reasonOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException(Reason.UNREACHABLE, operation + ": interrupted", e);
        }
    }

    private static String reasonOf(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private void require(HttpResponse<byte[]> response, String operation, int... wanted) throws StoreException {
        int status = response.statusCode();
        for (int fine : wanted) {
            if (status == fine) {
                return;
            }
        }
        Reason reason = switch (status) {
            case 404 -> Reason.NOT_FOUND;
            case 401, 403 -> Reason.DENIED;
            case 507 -> Reason.FULL;
            case 400 -> Reason.FAILED;
            default -> status >= 500 || status == 429 ? Reason.UNREACHABLE : Reason.FAILED;
        };
        throw new StoreException(
                reason, operation + " at " + place.endpoint() + "/" + place.bucket() + ": HTTP " + status);
    }
}
