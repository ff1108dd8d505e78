package io.espalier.shell.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.api.DeployRequest;
import io.espalier.protocol.api.OrchestratorApi;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EndpointTest {
    static List<Method> methods() {
        return List.of(OrchestratorApi.class.getMethods());
    }

    /** The reader of annotations knows all that the API uses; a new kind fails here and not at a user's. */
    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodOfTheApiBecomesARequest(Method method) {
        var arguments = new ArrayList<Object>();
        for (Class<?> type : method.getParameterTypes()) {
            arguments.add(
                    type == int.class
                            ? (Object) 7
                            : type == long.class ? (Object) 8L : type == String.class ? "x" : null);
        }

        var endpoint = Endpoint.of(method, arguments);

        assertThat(endpoint.path()).startsWith("/api/v1/").doesNotContain("{", "null");
        assertThat(endpoint.answer()).isEqualTo(method.getGenericReturnType());
    }

    @Test
    void queryHoldsWhatIsGivenAndListsOneByOne() throws Exception {
        var plan = method("plan");

        assertThat(Endpoint.of(plan, Arrays.asList("v1", List.of("a", "b"), List.of(), List.of("u")))
                        .path())
                .isEqualTo("/api/v1/plan?ref=v1&host=a&host=b&unit=u");
        assertThat(Endpoint.of(plan, Arrays.asList(null, null, null, null)).path())
                .isEqualTo("/api/v1/plan");
    }

    @Test
    void namesAreEncoded() throws Exception {
        assertThat(Endpoint.of(method("host"), List.of("../a b/ü?")).path())
                .isEqualTo("/api/v1/hosts/..%2Fa%20b%2F%C3%BC%3F");
        assertThat(Endpoint.of(method("plan"), Arrays.asList("a&b=c+d", null, null, null))
                        .path())
                .isEqualTo("/api/v1/plan?ref=a%26b%3Dc%2Bd");
    }

    @Test
    void bodyIsTheRequestRecord() throws Exception {
        var request = new DeployRequest(null, List.of(), List.of(), "digest");

        var endpoint = Endpoint.of(method("deploy"), List.of(request));

        assertThat(endpoint.verb()).isEqualTo("POST");
        assertThat(endpoint.body()).isSameAs(request);
    }

    private static Method method(String name) {
        return methods().stream()
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
