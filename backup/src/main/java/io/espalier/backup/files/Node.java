package io.espalier.backup.files;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.linux.Linux.Attribute;
import io.espalier.backup.linux.Linux.Extent;
import io.espalier.backup.linux.Names;
import io.espalier.backup.linux.Status;
import io.espalier.backup.repository.ChunkId;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of a snapshot's list. Entries come in the order of {@link Names#compare}, each folder before what is in it.
 *
 * @param path from {@code /} on, without a slash in front; one char a byte; empty for {@code /} itself
 * @param type one of the types of {@link Status}
 * @param permissions with set-user-id and the like
 * @param target of a link, else empty
 * @param special number of a device, else 0
 * @param size of a file in bytes, holes included, else 0
 * @param group 0, or the same number for all names of one file
 * @param isTorn true if it changed while it was read, so that the content may be a mixture
 * @param extents where a file has bytes; empty means everywhere
 * @param chunks the bytes of all extents, one after the other
 */
public record Node(
        String path,
        int type,
        int permissions,
        int uid,
        int gid,
        long seconds,
        int nanos,
        List<Attribute> attributes,
        String target,
        long special,
        long size,
        long group,
        boolean isTorn,
        List<Extent> extents,
        List<ChunkId> chunks) {

    private static final int MOST_NAME = 1 << 16;

    public Node {
        attributes = List.copyOf(attributes);
        extents = List.copyOf(extents);
        chunks = List.copyOf(chunks);
    }

    public boolean isFile() {
        return type == Status.FILE;
    }

    public boolean isFolder() {
        return type == Status.FOLDER;
    }

    /** How many bytes the chunks are together. */
    public long bytes() {
        return extents.isEmpty()
                ? size
                : extents.stream().mapToLong(Extent::length).sum();
    }

    public String shown() {
        return "/" + Names.shown(path);
    }

    void write(ByteWriter out) {
        out.block(Names.bytes(path)).number(type >> 12).number(permissions);
        out.number(Integer.toUnsignedLong(uid)).number(Integer.toUnsignedLong(gid));
        out.signed(seconds).number(nanos).number(attributes.size());
        for (Attribute attribute : attributes) {
            out.block(Names.bytes(attribute.name())).block(attribute.value());
        }
        switch (type) {
            case Status.FILE -> {
                out.number(size).number(group).flag(isTorn).number(extents.size());
                for (Extent extent : extents) {
                    out.number(extent.offset()).number(extent.length());
                }
                out.number(chunks.size());
                chunks.forEach(id -> id.write(out));
            }
            case Status.LINK -> out.block(Names.bytes(target));
            case Status.BLOCK, Status.CHARACTER -> out.number(special);
            default -> {}
        }
    }

    /** @throws FormatException if it is no entry; whether the path is safe is not looked at here */
    static Node read(ByteReader in) throws FormatException {
        String path = Names.of(in.block());
        int type = in.integer(15) << 12;
        int permissions = in.integer(07777);
        int uid = (int) in.number();
        int gid = (int) in.number();
        long seconds = in.signed();
        int nanos = in.integer(999_999_999);
        var attributes = new ArrayList<Attribute>();
        for (int left = in.count(2); left > 0; left--) {
            attributes.add(new Attribute(Names.of(in.block()), in.block()));
        }
        String target = "";
        long special = 0;
        long size = 0;
        long group = 0;
        boolean isTorn = false;
        var extents = new ArrayList<Extent>();
        var chunks = new ArrayList<ChunkId>();
        switch (type) {
            case Status.FILE -> {
                size = in.number();
                group = in.number();
                isTorn = in.flag();
                long end = 0;
                for (int left = in.count(2); left > 0; left--) {
                    var extent = new Extent(in.number(), in.number());
                    if (extent.offset() < end || extent.length() > size - extent.offset()) {
                        throw new FormatException("an extent that does not fit its file");
                    }
                    end = extent.offset() + extent.length();
                    extents.add(extent);
                }
                for (int left = in.count(ChunkId.SIZE); left > 0; left--) {
                    chunks.add(ChunkId.read(in));
                }
            }
            case Status.LINK -> target = Names.of(in.block());
            case Status.BLOCK, Status.CHARACTER -> special = in.number();
            case Status.FOLDER, Status.FIFO, Status.SOCKET -> {}
            default -> throw new FormatException("an entry of type " + Integer.toOctalString(type));
        }
        if (path.length() > MOST_NAME) {
            throw new FormatException("a path of " + path.length() + " bytes");
        }
        return new Node(
                path,
                type,
                permissions,
                uid,
                gid,
                seconds,
                nanos,
                attributes,
                target,
                special,
                size,
                group,
                isTorn,
                extents,
                chunks);
    }
}
