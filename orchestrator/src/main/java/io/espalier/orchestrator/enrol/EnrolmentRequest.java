package io.espalier.orchestrator.enrol;

import io.espalier.orchestrator.ssh.Login;
import io.espalier.protocol.HostName;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What it takes to enrol a host.
 *
 * @param target whom to log in as, and where; root, or somebody who may {@code sudo} without a password
 * @param name of the host in the fleet
 * @param tags to be recorded with it
 * @param hostKey the fingerprint that a person agreed to, {@code SHA256:...}
 * @param login of the target's user; used for this only and not kept
 * @param jump whether other hosts will be reached through this one
 */
public record EnrolmentRequest(
        Target target, HostName name, List<String> tags, String hostKey, Login login, boolean jump) {

    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    public EnrolmentRequest {
        tags = List.copyOf(tags);
        for (String tag : tags) {
            if (!TAG.matcher(tag).matches()) {
                throw new IllegalArgumentException("tag: " + tag + " (expected: letters, digits, _ . -)");
            }
        }
    }

    /** {@code user@host} or {@code user@host:port}. */
    public record Target(String user, String address, int port) {

        private static final Pattern FORM = Pattern.compile(
                "(?<user>[A-Za-z_][A-Za-z0-9_.-]{0,31})@(?:\\[(?<six>[0-9A-Fa-f:.]+)]|(?<name>[A-Za-z0-9.-]{1,253}))"
                        + "(?::(?<port>[0-9]{1,5}))?");

        public static Target parse(String text) {
            var matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("target: " + text + " (expected: user@host or user@host:port)");
            }
            String six = matcher.group("six");
            String port = matcher.group("port");
            int number = port == null ? 22 : Integer.parseInt(port);
            if (number < 1 || number > 65_535) {
                throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
            }
            return new Target(matcher.group("user"), six == null ? matcher.group("name") : six, number);
        }
    }
}
