package io.espalier.agent.testing;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.Duties;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.HealthCheck;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A release in the making, with the bytes of its files. */
public final class Wanted {

    private final List<UnitInTheMaking> units = new ArrayList<>();
    private final Map<Digest, byte[]> blobs = new HashMap<>();

    public UnitInTheMaking unit(String name) {
        var unit = new UnitInTheMaking(name);
        units.add(unit);
        return unit;
    }

    /** A release of one unit {@code app} with these files, path and text by turns. */
    public static Wanted files(String... pathsAndTexts) {
        var wanted = new Wanted();
        UnitInTheMaking unit = wanted.unit("app");
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            unit.file(pathsAndTexts[i], pathsAndTexts[i + 1]);
        }
        return wanted;
    }

    public Release release() {
        return new Release(
                new HostName("web1"), units.stream().map(UnitInTheMaking::build).toList());
    }

    public Map<Digest, byte[]> blobs() {
        return blobs;
    }

    public final class UnitInTheMaking {

        private final String name;
        private final List<FileEntry> files = new ArrayList<>();
        private final List<String> purged = new ArrayList<>();
        private final List<String> packages = new ArrayList<>();
        private final List<Account> accounts = new ArrayList<>();
        private final TreeMap<String, String> sysctl = new TreeMap<>();
        private final List<HealthCheck> health = new ArrayList<>();
        private Duties duties = Duties.NONE;
        private Optional<Command> validate = Optional.empty();
        private Optional<Command> check = Optional.empty();
        private Optional<Command> reload = Optional.empty();

        UnitInTheMaking(String name) {
            this.name = name;
        }

        public UnitInTheMaking file(String path, String text) {
            return file(path, text, 0644, "", "");
        }

        public UnitInTheMaking file(String path, String text, int mode, String owner, String group) {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            Digest digest = Digest.of(content);
            blobs.put(digest, content);
            files.add(new FileEntry(path, digest, content.length, mode, owner, group, path.contains("secret")));
            return this;
        }

        public UnitInTheMaking purge(String folder) {
            purged.add(folder);
            return this;
        }

        public UnitInTheMaking packages(String... names) {
            packages.addAll(List.of(names));
            return this;
        }

        public UnitInTheMaking account(Account account) {
            accounts.add(account);
            return this;
        }

        public UnitInTheMaking sysctl(String key, String value) {
            sysctl.put(key, value);
            return this;
        }

        public UnitInTheMaking validate(String... argv) {
            validate = Optional.of(command(argv));
            return this;
        }

        public UnitInTheMaking check(String... argv) {
            check = Optional.of(command(argv));
            return this;
        }

        public UnitInTheMaking reload(String... argv) {
            reload = Optional.of(command(argv));
            return this;
        }

        public UnitInTheMaking health(HealthCheck one) {
            health.add(one);
            return this;
        }

        public UnitInTheMaking health(Duration within, String... argv) {
            return health(new HealthCheck.Exec(command(argv), Optional.empty(), within));
        }

        public UnitInTheMaking duties(Duties own) {
            duties = own;
            return this;
        }

        private static Command command(String... argv) {
            return new Command(List.of(argv), Duration.ofSeconds(20));
        }

        Unit build() {
            return new Unit(
                    name,
                    packages,
                    accounts,
                    sysctl,
                    files.stream().sorted(Comparator.comparing(FileEntry::path)).toList(),
                    purged,
                    validate,
                    check,
                    reload,
                    health,
                    duties);
        }
    }
}
