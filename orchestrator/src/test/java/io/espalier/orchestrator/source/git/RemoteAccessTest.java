package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.transport.URIish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteAccessTest {

    private static final RemoteAccess ACCESS = access("https://git.example.net/ops/");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://git.example.net/ops/templates.git",
                "ssh://git@git.example.net:2222/x.git",
                "git@git.example.net:ops/x.git",
                "git://git.example.net/x"
            })
    void ordinaryUrlsAreTaken(String url) {
        assertThat(ACCESS.parse(url).getHost()).isEqualTo("git.example.net");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc",
                "/etc",
                "../x",
                "http://git.example.net/x",
                "ftp://git.example.net/x",
                "ext::sh -c true",
                "bundle:///x",
                "--upload-pack=touch",
                "https://git.example.net/x\ny",
                "https:///x",
                "ssh://-oProxyCommand=x/y",
                "amazon-s3://key@bucket/x"
            })
    void otherUrlsAreRefused(String url) {
        assertThatThrownBy(() -> ACCESS.parse(url)).isInstanceOf(io.espalier.orchestrator.source.SourceException.class);
    }

    @Test
    void passwordInAUrlIsRefusedAndNotRepeated() {
        assertThatThrownBy(() -> ACCESS.parse("https://ann:hunter22@git.example.net/x.git"))
                .hasMessageContaining("holds a password")
                .hasMessageNotContaining("hunter22");
    }

    @ParameterizedTest
    @CsvSource({
        "https://git.example.net/ops/,        https://git.example.net/ops/templates.git,  true",
        "https://git.example.net/ops,         https://git.example.net/ops/templates.git,  true",
        "https://git.example.net,             https://git.example.net/ops/templates.git,  true",
        "https://GIT.example.net:443/,        https://git.example.net/x.git,              true",
        "ssh://git@git.example.net/,          git@git.example.net:ops/x.git,              true",
        "https://git.example.net/ops/,        https://git.example.net/opsy/x.git,         false",
        "https://git.example.net/ops/,        https://git.example.net/ops/../x.git,       false",
        "https://git.example.net/ops/,        https://git.example.net.evil.org/ops/x.git, false",
        "https://git.example.net/ops/,        https://git.example.net:8443/ops/x.git,     false",
        "https://git.example.net/ops/,        ssh://git.example.net/ops/x.git,            false",
        "https://git.example.net/ops/,        https://evil.org/git.example.net/ops/x.git, false"
    })
    void credentialIsGoodBeneathItsUrlOnly(String bound, String url, boolean good) throws Exception {
        assertThat(access(bound).credentialFor(new URIish(url)).isPresent()).isEqualTo(good);
    }

    @Test
    void nearestCredentialIsTaken() throws Exception {
        var access = new RemoteAccess(
                Set.of("https"),
                new AddressGuard(true, false),
                List.of(credential("https://h/"), credential("https://h/ops/"), credential("https://h/op")),
                Duration.ofSeconds(5));
        assertThat(access.credentialFor(new URIish("https://h/ops/x.git"))
                        .orElseThrow()
                        .url())
                .isEqualTo("https://h/ops/");
    }

    private static RemoteAccess access(String bound) {
        return new RemoteAccess(
                Set.of("https", "ssh", "git"),
                new AddressGuard(true, false),
                List.of(credential(bound)),
                Duration.ofSeconds(5));
    }

    private static Credential credential(String url) {
        return new Credential(
                "c", url, Optional.of("u"), Optional.of("s"), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
