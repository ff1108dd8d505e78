package io.espalier.agent.system;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads to the end, keeping the last of it. */
final class Tail extends Thread {

    /** How much of the end is kept, in bytes. */
    private static final int KEPT = 4 << 10;

    private final InputStream in;
    private final byte[] ring = new byte[KEPT];
    private long count;

    Tail(InputStream in) {
        super("output");
        this.in = in;
        setDaemon(true);
    }

    @Override
    public void run() {
        byte[] piece = new byte[1024];
        try (in) {
            int length;
            while ((length = in.read(piece)) > 0) {
                keep(piece, length);
            }
        } catch (IOException killed) {
            keep(new byte[0], 0);
        }
    }

    private synchronized void keep(byte[] piece, int length) {
        for (int i = 0; i < length; i++) {
            ring[(int) (count++ % KEPT)] = piece[i];
        }
    }

    /** Printable; starts at a whole line where something had to be dropped. */
    synchronized String text() {
        int length = (int) Math.min(count, KEPT);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((count - length + i) % KEPT)];
        }
        String text = new String(kept, StandardCharsets.UTF_8);
        int line = text.indexOf('\n');
        if (count > KEPT && line >= 0) {
            text = text.substring(line + 1);
        }
        return text.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "?").strip();
    }
}
