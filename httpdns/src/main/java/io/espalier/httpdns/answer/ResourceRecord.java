package io.espalier.httpdns.answer;

/**
 * One resource record of class IN.
 *
 * @param name its owner, spelt as {@link Question#name}
 * @param type its type's number
 * @param ttl seconds, 0 to 2^31-1, counted from when the answer was stored
 * @param data its wire form, names in it uncompressed; shared, so nobody may write to it
 * @param text its presentation form, such as {@code 10 mail.example.com.}
 */
@SuppressWarnings(
        "ArrayRecordComponent") // one copy serves every answer; a list of bytes would cost ten times the memory
public record ResourceRecord(String name, int type, long ttl, byte[] data, String text) {}
