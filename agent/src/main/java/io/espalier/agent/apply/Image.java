package io.espalier.agent.apply;

import io.espalier.protocol.Digest;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;

/** What is, was or shall be at a path; enough to make it again. */
sealed interface Image {

    record Absent() implements Image {}

    /** The bytes are in the {@link BlobStore}. */
    record File(Digest content, long size, int mode, int uid, int gid) implements Image {}

    record Link(String target, int uid, int gid) implements Image {}

    static void write(Writer out, Image image) {
        switch (image) {
            case Absent() -> out.number(0);
            case File(var content, var size, var mode, var uid, var gid) ->
                out.number(1)
                        .digest(content)
                        .number(size)
                        .number(mode)
                        .number(uid)
                        .number(gid);
            case Link(var target, var uid, var gid) ->
                out.number(2).text(target).number(uid).number(gid);
        }
    }

    static Image read(Reader in) {
        int kind = in.integer();
        return switch (kind) {
            case 0 -> new Absent();
            case 1 -> new File(in.digest(), in.number(), in.integer(), in.integer(), in.integer());
            case 2 -> new Link(in.text(), in.integer(), in.integer());
            default -> throw new MalformedException("image kind: " + kind);
        };
    }
}
