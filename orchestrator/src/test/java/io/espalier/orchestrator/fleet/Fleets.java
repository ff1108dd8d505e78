package io.espalier.orchestrator.fleet;

import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.TextSnapshot;
import java.util.List;

/** Small fleets to start a test from. */
public final class Fleets {

    private Fleets() {}

    /** Two tiers, web1, web2 and db1, one unit for all of them. */
    public static TextSnapshot threeHosts() {
        return TextSnapshot.of("shop")
                .with("fleet.yaml", """
                        fleet: shop
                        tiers: [ web, db ]
                        """)
                .with("hosts.yaml", """
                        web1: { address: 10.0.3.1, tier: web, tags: [ mobile ] }
                        web2: { address: 10.0.3.2, tier: web }
                        db1: { address: 10.0.4.1, tier: db }
                        """)
                .with("units/base.yaml", """
                        unit: base
                        files:
                          - { to: /etc/motd, template: motd.ftl }
                        """)
                .with("templates/motd.ftl", "I am ${host.name}\n");
    }

    /** @throws AssertionError if it cannot be read */
    public static Fleet read(Snapshot source) {
        FleetReading reading = new FleetReader().read(source);
        return reading.fleet().orElseThrow(() -> new AssertionError(reading.problems()));
    }

    /** As people see them. */
    public static List<String> problems(Snapshot source) {
        return new FleetReader()
                .read(source).problems().stream().map(Problem::toString).toList();
    }
}
