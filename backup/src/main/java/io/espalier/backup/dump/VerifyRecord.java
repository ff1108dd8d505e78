package io.espalier.backup.dump;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The proof behind {@code local: ok}.
 *
 * @param kind such as {@code mysql}
 * @param at when the last check ended
 * @param folder holds the files of {@code parts}, and nothing else
 * @param checks what was checked, a sentence each, in the order of the checks
 * @param notes what a person should know though the dump is good, such as that it shrank by half
 */
public record VerifyRecord(
        String kind, Instant at, Path folder, List<Part> parts, List<String> checks, List<String> notes) {
    public VerifyRecord {
        parts = List.copyOf(parts);
        checks = List.copyOf(checks);
        notes = List.copyOf(notes);
        if (parts.isEmpty() || checks.isEmpty()) {
            throw new IllegalArgumentException("verify record: nothing was checked");
        }
    }

    /** Of all parts together. */
    public long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /**
     * One file of a dump.
     *
     * @param name what it is a dump of: a database, a node, {@code globals}
     * @param file its name in the folder
     * @param sha256 of its bytes as read back from the disk, 64 hexadecimal digits
     * @param tables by qualified name; empty for kinds without tables
     */
    public record Part(String name, String file, long bytes, String sha256, SortedMap<String, TableSum> tables) {
        public Part {
            tables = Collections.unmodifiableSortedMap(new TreeMap<>(tables));
        }
    }

    /** The bytes of a part. */
    public InputStream open(Part part) throws IOException {
        return Files.newInputStream(folder.resolve(part.file()));
    }

    /** The part of that name. @throws IllegalArgumentException if there is none */
    public Part part(String name) {
        return parts.stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no part " + name));
    }
}
