package io.espalier.metrics.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewRoutesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "host,*|avg,net,in; host,*; host,*|avg,net,in",
                "host,*|avg,net,out; host,*; host,*|avg,net,out",
                "br,*,*|sum; br,chrome,*; br,chrome,*|sum",
                "hits; hits; hits",
                "br; br,chrome,126; br,chrome,126",
                "*|list,cpu*|avg; web1,cpu*; web1,cpu*|avg",
            })
    void lineIsCalledByWhatFollowsTheReducedPartToo(String key, String result, String name) {
        assertThat(ViewRoutes.named(key, result)).isEqualTo(name);
    }
}
