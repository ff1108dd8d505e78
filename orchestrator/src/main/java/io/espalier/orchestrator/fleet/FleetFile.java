package io.espalier.orchestrator.fleet;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code fleet.yaml} says.
 *
 * @param tiers top to bottom
 */
record FleetFile(
        String name,
        Map<SourceName, SourceSpec> sources,
        List<Tier> tiers,
        RolloutPolicy rollout,
        boolean heal,
        Duration driftCheck) {

    static final String PATH = "fleet.yaml";

    static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    static final String NAME_FORM = "[a-z0-9-], 1 to 64 characters";
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    private static final Pattern URL = Pattern.compile("(https|http|ssh|git|file)://[^\\s]+|[a-z0-9][a-z0-9-]{0,63}");
    private static final Pattern SVN_URL = Pattern.compile("(https|http|svn|svn\\+ssh|file)://[^\\s]+");
    private static final Pattern CREDENTIALS = Pattern.compile("[a-z+]+://[^/@]*:[^/@]*@.*");
    private static final Pattern PICK =
            Pattern.compile("semver( +(>=|<=|>|<|=|\\^|~)?v?[0-9]{1,9}(\\.[0-9]{1,9}){0,2}){0,8}");
    private static final Pattern REF = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_./*+-]{0,199}");

    static FleetFile read(Yaml yaml, Problems problems) {
        Section fleet = Section.of(yaml, Keys.FLEET, "", problems);
        if (yaml instanceof Yaml.Entries && !fleet.has("fleet")) {
            fleet.complain(fleet.at(), "'fleet' is missing", "start with 'fleet: NAME'");
        }
        List<Tier> tiers = tiers(fleet, problems);
        Optional<Section> drift = fleet.section("drift", Keys.DRIFT);
        return new FleetFile(
                fleet.text("fleet", NAME, NAME_FORM).orElse("fleet"),
                sources(fleet, problems),
                tiers,
                rollout(fleet, tiers),
                drift.flatMap(section -> section.flag("heal")).orElse(false),
                drift.flatMap(section -> positive(section, "check")).orElse(Duration.ofSeconds(60)));
    }

    private static Map<SourceName, SourceSpec> sources(Section fleet, Problems problems) {
        var sources = new LinkedHashMap<SourceName, SourceSpec>();
        for (Yaml.Entry entry : fleet.map("sources")) {
            if (!NAME.matcher(entry.key()).matches()) {
                fleet.complain(entry.at(), "source '" + Scalars.shown(entry.key()) + "' (expected: " + NAME_FORM + ")");
                continue;
            }
            source(Section.of(entry.value(), Keys.SOURCE, "source '" + entry.key() + "': ", problems))
                    .ifPresent(spec -> sources.put(new SourceName(entry.key()), spec));
        }
        return sources;
    }

    private static Optional<SourceSpec> source(Section source) {
        Optional<Named> git = source.named("git", URL, "an https, ssh or git URL, or the name of a hosted repository");
        Optional<Named> svn = source.named("svn", SVN_URL, "an svn, svn+ssh or https URL");
        Optional<String> ref = source.text(
                "ref", REF, source.has("svn") ? "a folder beneath the URL or r1234" : "a branch, a tag or a full ref");
        Optional<String> pick = source.text("pick", PICK, "semver, or semver and a range such as ^1.2");
        if (!source.has("git") && !source.has("svn")) {
            source.complain(source.at(), "'git' or 'svn' is missing");
        }
        if (source.has("git") && source.has("svn")) {
            source.complain(source.at("svn"), "'git' and 'svn' cannot both be given");
        }
        if (ref.orElse("").contains("*") && !source.has("pick")) {
            source.complain(source.at("ref"), "'ref' names several refs", "add 'pick: semver'");
        }
        return withoutCredentials(source, git)
                .<SourceSpec>map(named -> new SourceSpec.Git(named.name(), ref.orElse("main"), pick))
                .or(() -> withoutCredentials(source, svn)
                        .map(named -> new SourceSpec.Svn(named.name(), ref.orElse(""), pick)));
    }

    private static Optional<Named> withoutCredentials(Section source, Optional<Named> url) {
        return url.filter(named -> {
            boolean hasCredentials = CREDENTIALS.matcher(named.name()).matches();
            if (hasCredentials) { // the message must not show them
                source.complain(named.at(), "credentials do not belong in the fleet source");
            }
            return !hasCredentials;
        });
    }

    private static List<Tier> tiers(Section fleet, Problems problems) {
        var tiers = new ArrayList<Tier>();
        if (!fleet.has("tiers")) {
            fleet.complain(fleet.at(), "'tiers' is missing", "write 'tiers: [ web ]'");
        }
        for (Yaml item : fleet.list("tiers")) {
            tier(fleet, item, problems).ifPresent(tier -> {
                if (tiers.stream().anyMatch(other -> other.name().equals(tier.name()))) {
                    fleet.complain(item.at(), "tier '" + tier.name() + "' is there twice");
                } else {
                    tiers.add(tier);
                }
            });
        }
        return tiers;
    }

    /** {@code web}, {@code web: { title: Web }} or {@code { web: { push: false } }}. */
    private static Optional<Tier> tier(Section fleet, Yaml item, Problems problems) {
        if (item instanceof Yaml.Scalar scalar && scalar.kind() == Yaml.Scalar.Kind.TEXT) {
            return tierName(fleet, item.at(), scalar.text()).map(name -> new Tier(name, name, true));
        }
        if (item instanceof Yaml.Entries map && map.entries().size() == 1) {
            Yaml.Entry entry = map.entries().getFirst();
            Section tier = Section.of(entry.value(), Keys.TIER, "tier '" + entry.key() + "': ", problems);
            return tierName(fleet, entry.at(), entry.key())
                    .map(name -> new Tier(
                            name,
                            tier.text("title").orElse(name),
                            tier.flag("push").orElse(true)));
        }
        fleet.complain(item.at(), "expected a tier such as 'web' or 'web: { title: Web }', not " + item.described());
        return Optional.empty();
    }

    private static Optional<String> tierName(Section fleet, Place at, String name) {
        if (NAME.matcher(name).matches()) {
            return Optional.of(name);
        }
        fleet.complain(at, "tier '" + Scalars.shown(name) + "' (expected: " + NAME_FORM + ")");
        return Optional.empty();
    }

    private static RolloutPolicy rollout(Section fleet, List<Tier> tiers) {
        Optional<Section> given = fleet.section("rollout", Keys.ROLLOUT);
        return new RolloutPolicy(
                given.map(rollout -> order(rollout, tiers)).orElseGet(() -> bottomUp(tiers)),
                given.flatMap(rollout -> rollout.share("canary")).orElse(new RolloutPolicy.Share.Hosts(1)),
                given.flatMap(FleetFile::parallel).orElse(new RolloutPolicy.Share.Percent(25)),
                given.flatMap(rollout -> rollout.number("max-failures", 0, 1_000_000))
                        .orElse(0),
                given.flatMap(rollout -> rollout.duration("soak")).orElse(Duration.ZERO),
                given.map(rollout -> Set.copyOf(Section.plain(rollout.names("approve", WORD, "names of environments"))))
                        .orElse(Set.of()),
                given.flatMap(rollout -> rollout.duration("confirm")).orElse(Duration.ofSeconds(30)));
    }

    /** No host at a time would never end. */
    private static Optional<RolloutPolicy.Share> parallel(Section rollout) {
        return rollout.share("parallel").filter(share -> {
            boolean moves = share.of(1) > 0;
            if (!moves) {
                rollout.complainForm("parallel", "at least one host");
            }
            return moves;
        });
    }

    private static Optional<Duration> positive(Section section, String key) {
        return section.duration(key).filter(duration -> {
            boolean usable = duration.compareTo(Duration.ofSeconds(1)) >= 0;
            if (!usable) {
                section.complainForm(key, "at least 1s");
            }
            return usable;
        });
    }

    private static List<String> order(Section rollout, List<Tier> tiers) {
        if (rollout.value("order").orElse(null) instanceof Yaml.Scalar scalar) {
            switch (scalar.text()) {
                case "bottom-up" -> {
                    return bottomUp(tiers);
                }
                case "top-down" -> {
                    return bottomUp(tiers).reversed();
                }
                default -> {
                    // a list of one tier, or something wrong that is told below
                }
            }
        }
        if (!rollout.has("order")) {
            return bottomUp(tiers);
        }
        List<String> known = bottomUp(tiers).reversed();
        var order = new ArrayList<String>();
        for (Named tier : rollout.names("order", NAME, "bottom-up, top-down or a list of tiers")) {
            if (known.contains(tier.name())) {
                order.add(tier.name());
            } else {
                var choices = new ArrayList<>(known);
                choices.addAll(List.of("bottom-up", "top-down"));
                rollout.complain(
                        tier.at(), "unknown tier '" + tier.name() + "' in 'order'", Nearest.hint(tier.name(), choices));
            }
        }
        List<String> forgotten =
                known.stream().filter(tier -> !order.contains(tier)).toList();
        if (!forgotten.isEmpty() && order.size() > 0) {
            rollout.complain(
                    rollout.at("order"), "'order' leaves out " + String.join(", ", forgotten), "name every tier once");
        }
        return order;
    }

    /** The tiers with agents; the others are never rolled out. */
    private static List<String> bottomUp(List<Tier> tiers) {
        return tiers.stream().filter(Tier::push).map(Tier::name).toList().reversed();
    }
}
