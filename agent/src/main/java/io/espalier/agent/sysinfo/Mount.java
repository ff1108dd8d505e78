package io.espalier.agent.sysinfo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One file system of {@code /proc/self/mounts} (fstab(5)) that holds data on this machine. */
record Mount(String device, String path, String type, boolean readOnly) {

    private static final int MAX_MOUNTS = 64;
    /** Asking a server that is gone would hold us up for ever; what is only in memory is no disk. */
    private static final Set<String> LOCAL = Set.of(
            "ext2",
            "ext3",
            "ext4",
            "xfs",
            "btrfs",
            "zfs",
            "f2fs",
            "jfs",
            "reiserfs",
            "bcachefs",
            "vfat",
            "exfat",
            "ntfs3",
            "overlay");

    /** Each device once, at the place where it was mounted first. */
    static List<Mount> parse(String mounts) {
        var found = new ArrayList<Mount>();
        var devices = new HashSet<String>();
        Lines.of(mounts).limit(10_000).forEach(line -> {
            String[] words = Lines.words(line);
            if (words.length >= 4
                    && LOCAL.contains(words[2])
                    && words[1].startsWith("/")
                    && (!words[2].equals("overlay") || words[1].equals("/"))
                    && found.size() < MAX_MOUNTS
                    && devices.add(words[0])) {
                boolean readOnly = List.of(words[3].split(",", -1)).contains("ro");
                found.add(new Mount(unescaped(words[0]), unescaped(words[1]), words[2], readOnly));
            }
        });
        return found;
    }

    /** Blanks and backslashes stand there in octal. */
    private static String unescaped(String word) {
        var text = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == '\\' && word.substring(i + 1).matches("(?s)[0-3][0-7]{2}.*")) {
                text.append((char) Integer.parseInt(word.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(word.charAt(i));
            }
        }
        return text.toString();
    }
}
