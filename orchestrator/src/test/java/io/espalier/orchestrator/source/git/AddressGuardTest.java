package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

    private static final AddressGuard USUAL = new AddressGuard(true, false);
    private static final AddressGuard PUBLIC_ONLY = new AddressGuard(false, false);
    private static final AddressGuard ALL = new AddressGuard(true, true);

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "2001:db8::1", "64:ff9b::808:808"})
    void publicAddressesAreAllowed(String address) {
        assertThatCode(() -> check(PUBLIC_ONLY, address)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd12::1", "fec0::1", "::ffff:10.0.0.1"})
    void privateAddressesAreAllowedUnlessForbidden(String address) {
        assertThatCode(() -> check(USUAL, address)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(PUBLIC_ONLY, address)).hasMessageContaining("private address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.0.1",
                "::1",
                "169.254.169.254",
                "fe80::1",
                "fd00:ec2::254",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "2002:7f00:1::",
                "::127.0.0.1"
            })
    void thisMachineAndMetadataServicesAreRefusedUnlessAllowed(String address) {
        assertThatThrownBy(() -> check(USUAL, address)).isInstanceOf(AddressGuard.Refused.class);
        assertThatCode(() -> check(ALL, address)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1"})
    void whatIsNoHostIsNeverAllowed(String address) {
        assertThatThrownBy(() -> check(ALL, address)).hasMessageContaining("reserved address");
    }

    private static void check(AddressGuard guard, String address) throws Exception {
        guard.check("host.example", InetAddress.getByName(address));
    }
}
