package io.espalier.orchestrator.source.git;

import java.io.IOException;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/**
 * Keeps this process's git apart from the machine's: no {@code ~/.gitconfig} or {@code /etc/gitconfig} (a
 * {@code url.insteadOf} or {@code http.sslVerify} there would change what is fetched from where), nothing written to the
 * home folder, and no {@code git} program started to find them.
 */
public final class OwnSettings extends SystemReader.Delegate {

    private OwnSettings(SystemReader machine) {
        super(machine);
    }

    /** For the whole process; a second call changes nothing. */
    public static synchronized void use() {
        if (!(SystemReader.getInstance() instanceof OwnSettings)) {
            SystemReader.setInstance(new OwnSettings(SystemReader.getInstance()));
            // Else whoever makes the first repository waits three seconds while JGit learns how fine file times are
            FS.FileStoreAttributes.setBackground(true);
        }
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
        return new Nowhere(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
        return new Nowhere(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
        return new Nowhere(parent, fs);
    }

    private static final class Nowhere extends FileBasedConfig {

        Nowhere(Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() throws IOException, ConfigInvalidException {
            clear();
        }

        @Override
        public boolean isOutdated() {
            return false;
        }

        @Override
        public void save() {
            // What JGit measures of the file system is kept for this process only
        }
    }
}
