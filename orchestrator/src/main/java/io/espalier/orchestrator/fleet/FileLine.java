package io.espalier.orchestrator.fleet;

import io.espalier.protocol.release.Paths;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one entry of a unit's {@code files:}. */
final class FileLine {

    private static final Pattern OWNER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
    private static final Pattern CONTENT = Pattern.compile("(?!/)[^\\\\]{1,1000}");

    /** Where nothing that a fleet lays can be right: the kernel's, and the agent's own. */
    private static final List<String> FORBIDDEN =
            List.of("/proc/", "/sys/", "/dev/", "/var/lib/espalier-agent/", "/run/espalier/");

    /** Never purged: what no unit holds there is not rubbish. {@code /a/} alone is covered by its depth. */
    private static final Pattern PURGE_REFUSED = Pattern.compile(
            "/[^/]+/|/usr/[^/]+/|/usr/local/[^/]+/|/var/[^/]+/|/etc/(ssh|pam\\.d|security|systemd|init\\.d|rc.\\.d)/");

    private static final List<String> KINDS = List.of("template", "templates", "file", "files");

    private FileLine() {}

    static Optional<FileSpec> read(Yaml item, String about, Problems problems) {
        Section line = Section.of(item, Keys.FILE, about, problems);
        if (!(item instanceof Yaml.Entries)) {
            return Optional.empty();
        }
        List<String> kinds = KINDS.stream().filter(line::has).toList();
        if (kinds.size() != 1 && !line.hasLaterKeys()) {
            line.complain(item.at(), "a file needs one of " + String.join(", ", KINDS));
        }
        if (!line.has("to")) {
            line.complain(item.at(), "'to' is missing");
        }
        var attributes = new FileSpec.Attributes(
                line.text("owner", OWNER, "the name of a user").orElse(""),
                line.text("group", OWNER, "the name of a group").orElse(""),
                line.mode("mode").orElse(FileSpec.Attributes.DEFAULT.mode()));
        boolean purge = line.flag("purge").orElse(false);
        Optional<Named> to = line.named("to", Pattern.compile(".+", Pattern.DOTALL), "a path");
        if (kinds.size() != 1 || to.isEmpty()) {
            return Optional.empty();
        }
        String kind = kinds.getFirst();
        Optional<String> content = line.named(kind, CONTENT, "a relative path")
                .filter(path -> isBelow(line, kind, path))
                .map(Named::name);
        boolean isFolder = kind.endsWith("s");
        if (content.isEmpty() || !isUsable(line, to.get(), isFolder) || !mayPurge(line, to.get(), purge, isFolder)) {
            return Optional.empty();
        }
        String path = to.get().name();
        int at = item.at().line();
        return Optional.of(
                switch (kind) {
                    case "template" -> new FileSpec.Template(path, content.get(), attributes, at);
                    case "templates" -> new FileSpec.Templates(path, content.get(), purge, attributes, at);
                    case "file" -> new FileSpec.Plain(path, content.get(), attributes, at);
                    default -> new FileSpec.Plains(path, content.get(), purge, attributes, at);
                });
    }

    private static boolean isBelow(Section line, String kind, Named path) {
        boolean leaves = List.of(path.name().split("/", -1)).stream()
                .anyMatch(name -> name.isEmpty() || name.equals(".") || name.equals(".."));
        if (leaves) {
            line.complain(path.at(), "'" + kind + "' must not hold '.', '..' or '//'");
        } else if (!kind.endsWith("s") && path.name().contains("*")) {
            line.complain(path.at(), "'" + kind + "' names one file", "write '" + kind + "s'");
            return false;
        }
        return !leaves;
    }

    private static boolean isUsable(Section line, Named to, boolean isFolder) {
        String path = to.name();
        if (isFolder != path.endsWith("/")) {
            line.complain(
                    to.at(),
                    isFolder
                            ? "'to' must end in '/': it is a folder for several files"
                            : "'to' must not end in '/': it is one file");
            return false;
        }
        try {
            if (isFolder) {
                Paths.checkFolder(path);
            } else {
                Paths.check(path);
            }
        } catch (IllegalArgumentException e) {
            line.complain(to.at(), String.valueOf(e.getMessage()));
            return false;
        }
        Optional<String> forbidden = FORBIDDEN.stream()
                .filter(folder -> (path + "/").startsWith(folder))
                .findFirst();
        forbidden.ifPresent(
                folder -> line.complain(to.at(), "path: " + path + " (no files can be laid in " + folder + ")"));
        return forbidden.isEmpty();
    }

    private static boolean mayPurge(Section line, Named to, boolean purge, boolean isFolder) {
        if (purge && !isFolder) {
            line.complain(line.at("purge"), "'purge' is for templates and files");
            return false;
        }
        if (purge && PURGE_REFUSED.matcher(to.name()).matches()) {
            line.complain(line.at("purge"), to.name() + " cannot be purged: it holds what no unit lays");
            return false;
        }
        return true;
    }
}
