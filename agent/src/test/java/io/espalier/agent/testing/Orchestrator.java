package io.espalier.agent.testing;

import com.github.luben.zstd.ZstdOutputStream;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.Frames;
import io.espalier.protocol.wire.Message;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The orchestrator's end of the conversation, written against the protocol and nothing of the agent's. */
public final class Orchestrator {

    public static final Auid AUID = new Auid("test-1");

    private final KeyPair keys;
    private long number;

    public Orchestrator() {
        try {
            keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public KeyPair keys() {
        return keys;
    }

    public String publicKey() {
        return Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
    }

    public long lastNumber() {
        return number;
    }

    public SignedManifest sign(Release release) {
        return sign(release, Duration.ZERO);
    }

    public SignedManifest sign(Release release, Duration confirmWithin) {
        return sign(manifest(AUID, ++number, release, confirmWithin));
    }

    public SignedManifest sign(Manifest manifest) {
        return SignedManifest.sign(manifest, keys.getPrivate());
    }

    public static Manifest manifest(Auid auid, long number, Release release, Duration confirmWithin) {
        return new Manifest(auid, number, Manifest.Kind.DEPLOY, Instant.EPOCH, confirmWithin, release);
    }

    /** The zstd stream of blobs, one after another. */
    public static byte[] compress(List<Digest> wanted, Map<Digest, byte[]> blobs) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var zstd = new ZstdOutputStream(compressed, 3)) {
            for (Digest digest : wanted) {
                zstd.write(blobs.get(digest));
            }
        }
        return compressed.toByteArray();
    }

    /** One connection to an agent's socket. */
    public static final class Connection implements AutoCloseable {

        private final SocketChannel channel;
        private final Frames frames;
        private final List<Message.Progress> progress = new ArrayList<>();

        public Connection(Path socket) throws IOException {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            frames = new Frames(Channels.newInputStream(channel), Channels.newOutputStream(channel));
        }

        /** Opened and greeted. */
        public static Connection to(Path socket) throws IOException {
            var connection = new Connection(socket);
            connection.send(new Message.Hello(Message.PROTOCOL, "test"));
            if (!(connection.receive() instanceof Message.Welcome)) {
                throw new IOException("not welcome");
            }
            return connection;
        }

        public void send(Message message) throws IOException {
            frames.send(message);
        }

        public void sendRaw(byte[] bytes) throws IOException {
            channel.write(ByteBuffer.wrap(bytes));
        }

        public Message receive() throws IOException {
            return frames.receive().orElseThrow(EOFException::new);
        }

        public Message ask(Message message) throws IOException {
            send(message);
            return receive();
        }

        public Message.Status status() throws IOException {
            return (Message.Status) ask(new Message.GetStatus());
        }

        /** The whole conversation of an apply. */
        public ApplyOutcome apply(SignedManifest manifest, Map<Digest, byte[]> blobs) throws IOException {
            return apply(manifest, Optional.empty(), blobs);
        }

        public ApplyOutcome apply(SignedManifest manifest, Optional<Digest> expected, Map<Digest, byte[]> blobs)
                throws IOException {
            progress.clear();
            Message answer = ask(new Message.Apply(manifest, expected));
            if (answer instanceof Message.Missing(var wanted) && !wanted.isEmpty()) {
                sendBlobs(compress(wanted, blobs));
            }
            while (true) {
                switch (answer) {
                    case Message.Finished(var outcome) -> {
                        return outcome;
                    }
                    case Message.Progress step -> progress.add(step);
                    case Message.Missing _ -> {}
                    default -> throw new IOException("unexpected: " + answer);
                }
                answer = receive();
            }
        }

        public void sendBlobs(byte[] compressed) throws IOException {
            for (int at = 0; at < compressed.length; at += Message.Blobs.MAX_PIECE) {
                int end = Math.min(compressed.length, at + Message.Blobs.MAX_PIECE);
                send(new Message.Blobs(Arrays.copyOfRange(compressed, at, end), end == compressed.length));
            }
        }

        /** The steps of the last apply. */
        public List<Message.Progress> progress() {
            return List.copyOf(progress);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
