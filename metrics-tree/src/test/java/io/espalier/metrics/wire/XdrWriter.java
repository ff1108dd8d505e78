package io.espalier.metrics.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes packets as gmetric does. */
public final class XdrWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public XdrWriter word(long value) {
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) value).array());
        return this;
    }

    public XdrWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        word(utf8.length);
        out.writeBytes(utf8);
        out.writeBytes(new byte[(4 - utf8.length % 4) % 4]);
        return this;
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    public static XdrWriter packet(int id, String host, String name, boolean isSpoofed) {
        return new XdrWriter().word(id).text(host).text(name).word(isSpoofed ? 1 : 0);
    }

    public static byte[] metadata(String host, String name, String type, String units, int slope) {
        return packet(128, host, name, false)
                .text(type)
                .text(name)
                .text(units)
                .word(slope)
                .word(60)
                .word(0)
                .word(1)
                .text("GROUP")
                .text("cpu")
                .bytes();
    }

    public static byte[] value(String host, String name, String value) {
        return packet(133, host, name, false).text("%s").text(value).bytes();
    }
}
