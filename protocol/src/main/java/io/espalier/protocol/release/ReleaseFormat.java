package io.espalier.protocol.release;

import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The byte form of releases and manifests. A field is added only together with a new version; each value is written in
 * the oldest version that can hold it, so that what has not changed keeps its id, and every version is read.
 */
final class ReleaseFormat {

    private static final int VERSION = 1;

    /** Of releases whose units have {@link Duties}, which stand behind each unit. */
    private static final int WITH_DUTIES = 2;

    private ReleaseFormat() {}

    static void write(Writer out, Manifest manifest) {
        out.number(VERSION)
                .text(manifest.auid().value())
                .number(manifest.number())
                .name(manifest.kind())
                .instant(manifest.issuedAt())
                .duration(manifest.confirmWithin());
        write(out, manifest.release());
    }

    static Manifest readManifest(Reader in) {
        readVersion(in, VERSION);
        return checked(() -> new Manifest(
                new Auid(in.text()),
                in.number(),
                in.name(Manifest.Kind.class),
                in.instant(),
                in.duration(),
                readRelease(in)));
    }

    static void write(Writer out, Release release) {
        boolean hasDuties =
                release.units().stream().anyMatch(unit -> !unit.duties().isEmpty());
        out.number(hasDuties ? WITH_DUTIES : VERSION)
                .text(release.host().value())
                .list(release.units(), (w, unit) -> {
                    write(w, unit);
                    if (hasDuties) {
                        DutiesFormat.write(w, unit.duties());
                    }
                });
    }

    static Release readRelease(Reader in) {
        long version = readVersion(in, WITH_DUTIES);
        return checked(() -> {
            var release = new Release(new HostName(in.text()), in.list(r -> readUnit(r, version)));
            if (version == WITH_DUTIES
                    && release.units().stream().allMatch(unit -> unit.duties().isEmpty())) {
                throw new MalformedException(
                        "format version: " + version + " (expected: " + VERSION + " for a release without duties)");
            }
            return release;
        });
    }

    private static void write(Writer out, Unit unit) {
        out.text(unit.name())
                .list(unit.packages(), Writer::text)
                .list(unit.accounts(), ReleaseFormat::write)
                .list(
                        unit.sysctl().entrySet(),
                        (w, setting) -> w.text(setting.getKey()).text(setting.getValue()))
                .list(unit.files(), ReleaseFormat::write)
                .list(unit.purged(), Writer::text)
                .optional(unit.validate(), ReleaseFormat::write)
                .optional(unit.check(), ReleaseFormat::write)
                .optional(unit.reload(), ReleaseFormat::write)
                .list(unit.health(), ReleaseFormat::write);
    }

    private static Unit readUnit(Reader in, long version) {
        return new Unit(
                in.text(),
                in.list(Reader::text),
                in.list(ReleaseFormat::readAccount),
                readSettings(in),
                in.list(ReleaseFormat::readFile),
                in.list(Reader::text),
                in.optional(ReleaseFormat::readCommand),
                in.optional(ReleaseFormat::readCommand),
                in.optional(ReleaseFormat::readCommand),
                in.list(ReleaseFormat::readHealthCheck),
                version == WITH_DUTIES ? DutiesFormat.read(in) : Duties.NONE);
    }

    private static SortedMap<String, String> readSettings(Reader in) {
        var settings = new TreeMap<String, String>();
        in.list(r -> settings.put(r.text(), r.text()) == null);
        return settings;
    }

    private static void write(Writer out, Account account) {
        out.text(account.name())
                .flag(account.system())
                .optional(account.home(), Writer::text)
                .optional(account.shell(), Writer::text)
                .list(account.groups(), Writer::text);
    }

    private static Account readAccount(Reader in) {
        return new Account(
                in.text(), in.flag(), in.optional(Reader::text), in.optional(Reader::text), in.list(Reader::text));
    }

    private static void write(Writer out, FileEntry file) {
        out.text(file.path())
                .digest(file.content())
                .number(file.size())
                .number(file.mode())
                .text(file.owner())
                .text(file.group())
                .flag(file.secret());
    }

    private static FileEntry readFile(Reader in) {
        return new FileEntry(in.text(), in.digest(), in.number(), in.integer(), in.text(), in.text(), in.flag());
    }

    private static void write(Writer out, Command command) {
        out.list(command.argv(), Writer::text).duration(command.timeout());
    }

    private static Command readCommand(Reader in) {
        return new Command(in.list(Reader::text), in.duration());
    }

    static void write(Writer out, HealthCheck check) {
        switch (check) {
            case HealthCheck.Http(var url, var status, var within) ->
                out.text("http").text(url).number(status).duration(within);
            case HealthCheck.Tcp(var host, var port, var within) ->
                out.text("tcp").text(host).number(port).duration(within);
            case HealthCheck.Exec(var command, var expect, var within) -> {
                out.text("exec");
                write(out, command);
                out.optional(expect, Writer::text).duration(within);
            }
        }
    }

    static HealthCheck readHealthCheck(Reader in) {
        String kind = in.text();
        return switch (kind) {
            case "http" -> new HealthCheck.Http(in.text(), in.integer(), in.duration());
            case "tcp" -> new HealthCheck.Tcp(in.text(), in.integer(), in.duration());
            case "exec" -> new HealthCheck.Exec(readCommand(in), in.optional(Reader::text), in.duration());
            default -> throw new MalformedException("health check: " + kind + " (expected: http, tcp or exec)");
        };
    }

    private static long readVersion(Reader in, int newest) {
        long version = in.number();
        if (version < VERSION || version > newest) {
            throw new MalformedException("format version: " + version + " (expected: " + VERSION
                    + (newest > VERSION ? " to " + newest : "") + ")");
        }
        return version;
    }

    /** What breaks a rule of the records is as malformed as what breaks the byte form. */
    private static <T> T checked(Supplier<T> read) {
        try {
            return read.get();
        } catch (IllegalArgumentException e) {
            throw new MalformedException(String.valueOf(e.getMessage()), e);
        }
    }
}
