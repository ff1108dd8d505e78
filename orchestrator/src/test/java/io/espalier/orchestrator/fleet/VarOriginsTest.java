package io.espalier.orchestrator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.fleet.VarOrigins.Written;
import io.espalier.orchestrator.source.TextSnapshot;
import io.espalier.protocol.HostName;
import org.junit.jupiter.api.Test;

class VarOriginsTest {

    private static final TextSnapshot SOURCE = Fleets.threeHosts()
            .with("hosts.yaml", """
                    web[1-2]:
                      address: 10.0.3.{n}
                      tier: web
                      tags: [ mobile, slow ]
                      vars:
                        own: 1
                    db1: { address: 10.0.4.1, tier: db }
                    """)
            .with("vars/all.yaml", """
                    site:
                      name: shop
                      ports: [ 80, 443 ]
                    greeting: hello
                    """)
            .with("vars/tier/web.yaml", "site:\n  ports:\n    - 8080\n")
            .with("vars/tag/mobile.yaml", "greeting: hi\n")
            .with("vars/tag/slow.yaml", "\n\ngreeting: hey\n");

    @Test
    void eachVariableIsOfTheLastFileThatWroteIt() {
        VarOrigins web1 = VarOrigins.of(SOURCE, new HostName("web1"));

        assertThat(web1.variable("site.name")).hasValue(new Written("vars/all.yaml", 2));
        assertThat(web1.variable("site.ports[0]")).hasValue(new Written("vars/tier/web.yaml", 3));
        assertThat(web1.variable("greeting")).hasValue(new Written("vars/tag/slow.yaml", 3));
        assertThat(web1.variable("own")).hasValue(new Written("hosts.yaml", 6));
        assertThat(web1.variable("nothing")).isEmpty();
    }

    @Test
    void itemOfAListThatWasReplacedIsNotFoundInTheOldOne() {
        assertThat(VarOrigins.of(SOURCE, new HostName("web1")).variable("site.ports[1]"))
                .hasValue(new Written("vars/tier/web.yaml", 2));
        assertThat(VarOrigins.of(SOURCE, new HostName("db1")).variable("site.ports[1]"))
                .hasValue(new Written("vars/all.yaml", 3));
    }

    @Test
    void hostOfARangeIsWhereTheRangeIs() {
        VarOrigins db1 = VarOrigins.of(SOURCE, new HostName("db1"));

        assertThat(db1.host("web2")).hasValue(new Written("hosts.yaml", 1));
        assertThat(db1.name()).hasValue(new Written("fleet.yaml", 1));
        assertThat(db1.host("db1")).hasValue(new Written("hosts.yaml", 7));
        assertThat(db1.variable("greeting")).hasValue(new Written("vars/all.yaml", 4));
    }
}
