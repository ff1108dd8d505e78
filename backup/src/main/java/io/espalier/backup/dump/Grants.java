package io.espalier.backup.dump;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an account may do in MySQL or MariaDB. A dump tool sees only what its account may see and says nothing about the
 * rest, so a dump is whole only if these rights are.
 */
final class Grants {
    private static final Pattern GRANT =
            Pattern.compile("GRANT (.+?) ON (\\*|`(?:[^`]|``)+`)\\.(\\*|`(?:[^`]|``)+`) TO .*", Pattern.DOTALL);
    private static final Set<String> NEEDED = Set.of("SELECT", "SHOW VIEW", "TRIGGER", "EVENT");

    private record Grant(Set<String> rights, Pattern database, boolean isGlobal) {}

    private final List<Grant> grants = new ArrayList<>();

    /** @param lines of SHOW GRANTS; what is on single tables or columns does not count */
    static Grants parse(String lines) {
        var all = new Grants();
        for (String line : lines.lines().toList()) {
            Matcher match = GRANT.matcher(line);
            if (match.matches() && match.group(3).equals("*")) {
                Set<String> rights = Arrays.stream(match.group(1).split(","))
                        .map(right -> right.strip().toUpperCase(Locale.ROOT))
                        .collect(Collectors.toCollection(HashSet::new));
                boolean global = match.group(2).equals("*");
                all.grants.add(new Grant(
                        rights, global ? Pattern.compile(".*", Pattern.DOTALL) : like(match.group(2)), global));
            }
        }
        return all;
    }

    /** The first right that is missing for a whole dump of {@code databases}, as a sentence. */
    Optional<String> missing(List<String> databases, boolean locking) {
        var needed = new java.util.TreeSet<>(NEEDED);
        if (locking) {
            needed.add("LOCK TABLES");
        }
        for (String database : databases) {
            for (String right : needed) {
                if (!has(right, database)) {
                    return Optional.of(right + " on " + database + ".* is missing");
                }
            }
        }
        if (!has("SELECT", "mysql")) {
            return Optional.of("SELECT on *.* (or mysql.*) is missing: routines of other accounts would be left out");
        }
        if (locking && grants.stream().noneMatch(grant -> grant.isGlobal() && grants(grant, "RELOAD"))) {
            return Optional.of("RELOAD on *.* is missing");
        }
        return Optional.empty();
    }

    private boolean has(String right, String database) {
        return grants.stream()
                .anyMatch(grant -> grants(grant, right)
                        && grant.database().matcher(database).matches());
    }

    private static boolean grants(Grant grant, String right) {
        return grant.rights().contains(right)
                || grant.rights().contains("ALL PRIVILEGES")
                || grant.rights().contains("ALL");
    }

    /** A database name in backticks, in which _ and % are wildcards unless escaped. */
    private static Pattern like(String quoted) {
        String name = quoted.substring(1, quoted.length() - 1).replace("``", "`");
        var regex = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '\\' && i + 1 < name.length()) {
                regex.append(Pattern.quote(String.valueOf(name.charAt(++i))));
            } else if (c == '%') {
                regex.append(".*");
            } else if (c == '_') {
                regex.append('.');
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
