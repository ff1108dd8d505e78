package io.espalier.protocol.release;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything that one host should hold. Says nothing of when, from which commit or for which rollout it was made, so
 * that the same content has the same id.
 *
 * @param host whose files these are
 * @param units in the order in which they are laid and reloaded
 */
public record Release(HostName host, List<Unit> units) {

    /** The most files of one release, and the most bytes of all of them. */
    public static final int MAX_FILES = 200_000;

    public static final long MAX_BYTES = 8L << 30;

    /**
     * @throws IllegalArgumentException if two units have one name, tell of one service or hold one path, if two paths differ in case only, if
     *     a file lies below another file, or if a limit is passed
     */
    public Release {
        units = List.copyOf(units);
        var names = new HashSet<String>();
        var holders = new HashMap<String, String>();
        var services = new HashSet<String>();
        long bytes = 0;
        for (Unit unit : units) {
            if (!names.add(unit.name())) {
                throw new IllegalArgumentException("unit: " + unit.name() + " (expected: once on a host)");
            }
            unit.duties().service().ifPresent(service -> {
                if (!services.add(service.name())) {
                    throw new IllegalArgumentException("service: " + service.name() + " (expected: once on a host)");
                }
            });
            for (FileEntry file : unit.files()) {
                String other = holders.put(file.path().toLowerCase(Locale.ROOT), unit.name());
                if (other != null) {
                    throw new IllegalArgumentException("path: " + file.path() + " is held by unit " + other
                            + " and by unit " + unit.name() + " (expected: one holder)");
                }
                bytes += file.size();
            }
        }
        refuseFileBelowFile(units, holders);
        if (holders.size() > MAX_FILES || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("release: " + holders.size() + " files of " + bytes
                    + " bytes (expected: at most " + MAX_FILES + " of " + MAX_BYTES + ")");
        }
    }

    private static void refuseFileBelowFile(List<Unit> units, Map<String, String> holders) {
        Set<String> checked = new HashSet<>();
        for (Unit unit : units) {
            for (FileEntry file : unit.files()) {
                String path = file.path().toLowerCase(Locale.ROOT);
                for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                    String parent = path.substring(0, slash);
                    if (!checked.add(parent)) {
                        break;
                    }
                    if (holders.containsKey(parent)) {
                        throw new IllegalArgumentException("path: " + file.path() + " lies below the file " + parent
                                + " of unit " + holders.get(parent) + " (expected: a folder)");
                    }
                }
            }
        }
    }

    public ReleaseId id() {
        return new ReleaseId(Digest.of(encode()));
    }

    public Stream<FileEntry> files() {
        return units.stream().flatMap(unit -> unit.files().stream());
    }

    /** The one byte form; {@link #id()} is its digest. */
    public byte[] encode() {
        var out = new Writer();
        ReleaseFormat.write(out, this);
        return out.toBytes();
    }

    public static Release decode(byte[] bytes) {
        var in = new Reader(bytes);
        Release release = ReleaseFormat.readRelease(in);
        in.end();
        return release;
    }
}
