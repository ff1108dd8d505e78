package io.espalier.metrics.ingest;

/** Takes the messages of one sender, or of one socket for datagrams. Used by one thread. */
interface Sink {
    /** One whole message, without what frames it. */
    void message(byte[] bytes, int from, int to);

    /** A datagram: as many messages as it has lines, unless the protocol has it otherwise. */
    default void datagram(byte[] bytes, int from, int to) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                message(bytes, start, i);
                start = i + 1;
            }
        }
        if (start < to) {
            message(bytes, start, to);
        }
    }

    /** Makes all of it visible. */
    void flush();
}
