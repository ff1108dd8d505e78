package io.espalier.agent.fs;

import io.espalier.agent.fs.Kernel.Call;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Streams over an open file descriptor, which they own. */
final class Descriptor {

    private static final int BUFFER = 64 << 10;

    private Descriptor() {}

    /** Reads a file from its start. */
    static final class Source extends InputStream {

        private final int fd;
        private final String path;
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment buffer = arena.allocate(BUFFER);
        private boolean closed;

        Source(int fd, String path) {
            this.fd = fd;
            this.path = path;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            long count;
            do {
                count = Kernel.call(Call.READ, fd, buffer.address(), Math.min(length, BUFFER));
            } while (count == -Kernel.EINTR);
            BeneathFs.check(count, "read", path);
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, offset, (int) count);
            return count == 0 ? -1 : (int) count;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                Kernel.call(Call.CLOSE, fd);
                arena.close();
            }
        }
    }

    /** Writes without a buffer of its own: what was written is in the kernel's hands. */
    static final class Sink extends OutputStream {

        private final int fd;
        private final String path;
        private boolean closed;

        Sink(int fd, String path) {
            this.fd = fd;
            this.path = path;
        }

        @Override
        public void write(int b) throws FsException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws FsException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(Math.max(1, Math.min(length, BUFFER)));
                int at = offset;
                while (at < offset + length) {
                    int piece = Math.min(offset + length - at, BUFFER);
                    MemorySegment.copy(bytes, at, buffer, ValueLayout.JAVA_BYTE, 0, piece);
                    long count = Kernel.call(Call.WRITE, fd, buffer.address(), piece);
                    if (count != -Kernel.EINTR) {
                        at += (int) BeneathFs.check(count, "write", path);
                    }
                }
            }
        }

        /** @throws FsException if the file system tells only now that it could not keep the bytes */
        @Override
        public void close() throws FsException {
            if (!closed) {
                closed = true;
                BeneathFs.check(Kernel.call(Call.CLOSE, fd), "close", path);
            }
        }
    }
}
