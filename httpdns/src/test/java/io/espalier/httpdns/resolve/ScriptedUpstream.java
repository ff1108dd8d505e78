package io.espalier.httpdns.resolve;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Tokenizer;
import org.xbill.DNS.Type;

/** A real UDP and TCP server on one loopback port that answers as a test says, however wrongly. */
public final class ScriptedUpstream implements AutoCloseable {
    /** Says what goes back; called on a thread of its own for each question. */
    @FunctionalInterface
    public interface Script {
        void answer(Query query) throws Exception;
    }

    private final DatagramSocket datagrams;
    private final ServerSocket streams;
    private volatile Script script;
    public final AtomicInteger datagramCount = new AtomicInteger();
    public final AtomicInteger streamCount = new AtomicInteger();

    private record Ports(DatagramSocket datagrams, ServerSocket streams) {
        /** A port that is free for UDP may be taken for TCP. */
        static Ports free() throws IOException {
            for (var tries = 0; tries < 50; tries++) {
                var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                try {
                    return new Ports(socket, new ServerSocket(socket.getLocalPort(), 100, socket.getLocalAddress()));
                } catch (BindException e) {
                    socket.close();
                }
            }
            throw new BindException("no port is free for both");
        }
    }

    public ScriptedUpstream(Script script) throws IOException {
        this.script = script;
        var ports = Ports.free();
        this.datagrams = ports.datagrams;
        this.streams = ports.streams;
        datagrams.setReceiveBufferSize(4 << 20);
        Thread.ofVirtual().start(this::readDatagrams);
        Thread.ofVirtual().start(this::readStreams);
    }

    public void script(Script next) {
        script = next;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(datagrams.getLocalAddress(), datagrams.getLocalPort());
    }

    public Upstream upstream() {
        return new Upstream(address());
    }

    public int count() {
        return datagramCount.get() + streamCount.get();
    }

    private void readDatagrams() {
        while (!datagrams.isClosed()) {
            var packet = new DatagramPacket(new byte[4096], 4096);
            try {
                datagrams.receive(packet);
            } catch (IOException e) {
                return;
            }
            var bytes = Arrays.copyOf(packet.getData(), packet.getLength());
            var from = packet.getSocketAddress();
            datagramCount.incrementAndGet();
            Thread.ofVirtual().start(() -> run(bytes, from, null));
        }
    }

    private void readStreams() {
        while (!streams.isClosed()) {
            try {
                var socket = streams.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        var in = new DataInputStream(socket.getInputStream());
                        var bytes = in.readNBytes(in.readUnsignedShort());
                        streamCount.incrementAndGet();
                        run(bytes, socket.getRemoteSocketAddress(), socket);
                    } catch (IOException e) {
                        // the client went away
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private void run(byte[] bytes, SocketAddress from, @Nullable Socket stream) {
        try {
            script.answer(new Query(this, new Message(bytes), bytes, from, stream));
        } catch (Exception e) {
            if (!datagrams.isClosed() && !(e instanceof java.net.SocketException)) {
                throw new IllegalStateException("the script broke", e);
            }
        }
    }

    /** One question, and the ways to answer it. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Query(
            ScriptedUpstream server,
            Message message,
            byte[] bytes,
            SocketAddress from,
            @Nullable Socket stream) {
        public boolean overTcp() {
            return stream != null;
        }

        /** The name asked, in lower case, with its dot. */
        public String name() {
            return message.getQuestion().getName().canonicalize().toString();
        }

        public int type() {
            return message.getQuestion().getType();
        }

        /** An answer with these records: {@code "www.example. 60 A 192.0.2.1"}. */
        public Message reply(String... records) throws IOException {
            return reply(0, records, new String[0]);
        }

        public Message negative(int rcode, String... authority) throws IOException {
            return reply(rcode, new String[0], authority);
        }

        public Message reply(int rcode, String[] answer, String[] authority) throws IOException {
            var reply = new Message(message.getHeader().getID());
            reply.getHeader().setFlag(Flags.QR);
            reply.getHeader().setFlag(Flags.RD);
            reply.getHeader().setFlag(Flags.RA);
            reply.getHeader().setRcode(rcode);
            reply.addRecord(message.getQuestion(), Section.QUESTION);
            for (var each : answer) {
                reply.addRecord(record(each), Section.ANSWER);
            }
            for (var each : authority) {
                reply.addRecord(record(each), Section.AUTHORITY);
            }
            return reply;
        }

        public void send(Message reply) throws IOException {
            send(reply.toWire(65_535));
        }

        public void send(byte[] reply) throws IOException {
            if (stream == null) {
                server.datagrams.send(new DatagramPacket(reply, reply.length, from));
            } else {
                stream.getOutputStream()
                        .write(ByteBuffer.allocate(2 + reply.length)
                                .putShort((short) reply.length)
                                .put(reply)
                                .array());
            }
        }

        /** From a port that was not asked. */
        public void sendFromElsewhere(Message reply) throws IOException {
            try (var other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                var wire = reply.toWire(65_535);
                other.send(new DatagramPacket(wire, wire.length, from));
            }
        }

        public void after(Duration delay) {
            LockSupport.parkNanos(delay.toNanos());
        }
    }

    /** {@code "www.example. 60 A 192.0.2.1"}. */
    public static Record record(String text) throws IOException {
        var parts = text.split(" ", 4);
        return Record.fromString(
                Name.fromString(parts[0]),
                Type.value(parts[2]),
                DClass.IN,
                Long.parseLong(parts[1]),
                new Tokenizer(parts[3]),
                Name.root);
    }

    @Override
    public void close() {
        datagrams.close();
        try {
            streams.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot close", e);
        }
    }
}
