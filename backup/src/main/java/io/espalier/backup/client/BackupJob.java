package io.espalier.backup.client;

import io.espalier.backup.dump.DumpSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What to back up.
 *
 * @param host as in the snapshot's outline
 * @param bytesPerSecond that may leave this host; 0: as fast as it goes
 * @param period between two runs by the schedule; after twice as long the kind's report is stale
 */
public record BackupJob(String host, What what, Hooks hooks, long bytesPerSecond, Duration period) {

    /** Without hooks and limits, once a day. */
    public static BackupJob of(String host, What what) {
        return new BackupJob(host, what, Hooks.NONE, 0, Duration.ofDays(1));
    }

    public String kind() {
        return what.kind();
    }

    /** Closed: files, or a dump of something. */
    public sealed interface What {
        /** The source in the snapshot's outline, and the word in the report. */
        String kind();
    }

    /**
     * Files below some paths.
     *
     * @param paths absolute, none in another
     * @param excludes as in docs/spec/backup.md
     * @param never real paths that are left out whatever the excludes say
     * @param base the folder that stands for {@code /}
     * @param isCached false: every file is read
     */
    public record Files(
            String kind,
            List<Path> paths,
            List<String> excludes,
            List<Path> never,
            boolean staysOnFileSystem,
            boolean isStrict,
            Path base,
            boolean isCached)
            implements What {
        public Files {
            paths = List.copyOf(paths);
            excludes = List.copyOf(excludes);
            never = List.copyOf(never);
            requireKind(kind);
        }

        public static Files of(List<Path> paths) {
            return new Files("files", paths, List.of(), List.of(), false, false, Path.of("/"), true);
        }
    }

    /** What a database, or a program, says its data is. */
    public record Dump(DumpSpec spec) implements What {
        public Dump {
            requireKind(spec.kind());
        }

        @Override
        public String kind() {
            return spec.kind();
        }
    }

    /** It becomes a file name. */
    private static void requireKind(String kind) {
        if (!kind.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")) {
            throw new IllegalArgumentException(
                    "kind: \"" + kind + "\" (expected: up to 63 letters, digits, dots, dashes)");
        }
    }

    /**
     * Programs around a run, as argument lists. {@code after} runs whenever {@code before} did, however the run ended.
     *
     * @param before if it fails, nothing is backed up
     * @param after if it fails, that is noted
     * @param limit of each
     */
    public record Hooks(List<String> before, List<String> after, Duration limit) {
        public static final Hooks NONE = new Hooks(List.of(), List.of(), Duration.ofMinutes(10));

        public Hooks {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }
}
