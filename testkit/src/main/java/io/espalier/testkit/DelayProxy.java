package io.espalier.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TCP proxy on loopback that makes a far link of a near one: everything arrives later by a fixed time in each
 * direction, at full speed. It can also go silent, or cut its connections.
 */
public final class DelayProxy implements AutoCloseable {

    private static final int PIECE = 64 << 10;

    /** Enough for 256 MB on the way. */
    private static final int MOST_PIECES = 4_096;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final long delayNanos;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moving = lock.newCondition();
    private boolean stalled;

    private DelayProxy(ServerSocket server, InetSocketAddress target, Duration oneWay) {
        this.server = server;
        this.target = target;
        this.delayNanos = oneWay.toNanos();
    }

    /** @param oneWay half of the round-trip time that the proxy adds */
    public static DelayProxy to(String host, int port, Duration oneWay) {
        try {
            var server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
            var proxy = new DelayProxy(server, new InetSocketAddress(host, port), oneWay);
            Thread.ofVirtual().name("delay-proxy").start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Takes bytes and passes none on, in both directions, on old and new connections. */
    public void stall() {
        setStalled(true);
    }

    public void resume() {
        setStalled(false);
    }

    /** Ends all connections at once, with a reset. */
    public void reset() {
        for (Socket socket : open) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException gone) {
                // which was the aim
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        resume();
        reset();
    }

    private void setStalled(boolean now) {
        lock.lock();
        try {
            stalled = now;
            moving.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitMoving() throws InterruptedException {
        lock.lock();
        try {
            while (stalled) {
                moving.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket near = server.accept();
                open.add(near);
                Thread.ofVirtual().start(() -> join(near));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void join(Socket near) {
        try {
            var far = new Socket();
            open.add(far);
            far.setTcpNoDelay(true);
            near.setTcpNoDelay(true);
            LockSupport.parkNanos(2 * delayNanos); // the answer to the first packet
            far.connect(target);
            pump(near, far);
            pump(far, near);
        } catch (IOException e) {
            close(near);
        }
    }

    /** Bytes on the way; none at the end. */
    private static final class Piece {

        private final byte[] bytes;
        private final long due; // on System.nanoTime()

        Piece(byte[] bytes, long due) {
            this.bytes = bytes;
            this.due = due;
        }

        boolean isEnd() {
            return bytes.length == 0;
        }
    }

    private void pump(Socket from, Socket to) {
        BlockingQueue<Piece> underway = new ArrayBlockingQueue<>(MOST_PIECES);
        Thread.ofVirtual().start(() -> read(from, underway));
        Thread.ofVirtual().start(() -> write(underway, to));
    }

    private void read(Socket from, BlockingQueue<Piece> underway) {
        try {
            try {
                InputStream in = from.getInputStream();
                byte[] buffer = new byte[PIECE];
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    underway.put(new Piece(Arrays.copyOf(buffer, length), System.nanoTime() + delayNanos));
                }
            } catch (IOException e) {
                close(from);
            }
            underway.put(new Piece(new byte[0], System.nanoTime() + delayNanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(BlockingQueue<Piece> underway, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            while (true) {
                Piece piece = underway.take();
                long wait = piece.due - System.nanoTime();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                awaitMoving();
                if (piece.isEnd()) {
                    to.shutdownOutput();
                    return;
                }
                out.write(piece.bytes);
            }
        } catch (IOException e) {
            close(to);
            drain(underway);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close(to);
        }
    }

    /** The reader must not wait for ever behind a writer that has gone. */
    private static void drain(BlockingQueue<Piece> underway) {
        try {
            Piece piece = underway.take();
            while (!piece.isEnd()) {
                piece = underway.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException gone) {
            // nothing more can be done with it
        }
    }
}
