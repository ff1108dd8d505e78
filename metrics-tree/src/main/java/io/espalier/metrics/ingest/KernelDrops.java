package io.espalier.metrics.ingest;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many datagrams the kernel dropped at a socket of ours: the last column of its line in /proc/net/udp
 * (proc(5)). The line is found by port and by inode, since another program may have the port at another address.
 * Elsewhere than on Linux there is nothing to read.
 */
final class KernelDrops {
    private static final int LOCAL = 1;
    private static final int INODE = 9;

    private final String port;
    private final List<Path> tables;
    private final Path handles;
    private Set<String> inodes = Set.of();
    private long told;

    KernelDrops(int port) {
        this(port, List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6")), Path.of("/proc/self/fd"));
    }

    KernelDrops(int port, List<Path> tables, Path handles) {
        this.port = String.format(":%04X", port);
        this.tables = tables;
        this.handles = handles;
    }

    /** Since the last call. */
    long since() {
        long drops = 0;
        try {
            if (inodes.isEmpty()) {
                inodes = ours();
            }
            for (Path table : tables) {
                if (!Files.isReadable(table)) {
                    continue;
                }
                for (String line : Files.readAllLines(table)) {
                    String[] columns = line.strip().split("\\s+", -1);
                    if (columns.length > 12 && columns[LOCAL].endsWith(port) && inodes.contains(columns[INODE])) {
                        drops += Long.parseLong(columns[columns.length - 1]);
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        long since = drops - told;
        told = Math.max(told, drops);
        return Math.max(0, since);
    }

    /** Inodes of the sockets of this process that are in a table with our port. */
    private Set<String> ours() throws IOException {
        var sockets = new HashSet<String>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(handles)) {
            for (Path handle : all) {
                try {
                    String target = Files.readSymbolicLink(handle).toString();
                    if (target.startsWith("socket:[")) {
                        sockets.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                } catch (IOException e) {
                    // Closed between listing and reading.
                    continue;
                }
            }
        }
        return sockets;
    }
}
