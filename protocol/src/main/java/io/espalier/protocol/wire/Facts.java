package io.espalier.protocol.wire;

import java.util.List;

/**
 * What an agent tells of its machine, and what templates see as {@code facts}.
 *
 * @param memory in bytes
 * @param os such as {@code Debian GNU/Linux 12 (bookworm)}
 * @param interfaces without loopback, sorted by name
 */
public record Facts(
        String hostname, int cpus, long memory, String os, String kernel, String arch, List<Interface> interfaces) {

    public static final Facts NONE = new Facts("", 0, 0, "", "", "", List.of());

    /** A network interface and its addresses in their usual text form, without prefix length. */
    public record Interface(String name, List<String> addresses) {
        public Interface {
            addresses = List.copyOf(addresses);
        }
    }

    public Facts {
        interfaces = List.copyOf(interfaces);
    }
}
