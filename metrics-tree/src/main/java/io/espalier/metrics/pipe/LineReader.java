package io.espalier.metrics.pipe;

import java.util.Set;

/** Finds the fields of a line. Immutable: all threads share it. */
sealed interface LineReader permits TextReader, JsonReader {
    /** What lines may have. */
    Set<Field> fields();

    /**
     * Finds the fields of the line from {@code from} to {@code to} and puts them into {@code record}.
     *
     * @return -1 if all is well, else the column (from 0) where the line stops to fit
     */
    int read(byte[] bytes, int from, int to, LogRecord record);
}
