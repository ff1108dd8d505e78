package io.espalier.agent.system;

import io.espalier.protocol.wire.Facts;
import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads what the machine is, anew each time; what cannot be told is left empty. */
public final class FactsReader {

    private final Path root;

    /** @param root whose {@code /etc/hostname} names the host, if it is not {@code /} */
    public FactsReader(Path root) {
        this.root = root;
    }

    public Facts read() {
        return new Facts(
                hostname(),
                Runtime.getRuntime().availableProcessors(),
                memory(),
                os(),
                firstLine("/proc/sys/kernel/osrelease"),
                arch(),
                interfaces());
    }

    private String hostname() {
        if (root.getNameCount() > 0) {
            String own = firstLine(root.resolve("etc/hostname").toString());
            if (!own.isEmpty()) {
                return own;
            }
        }
        return firstLine("/proc/sys/kernel/hostname");
    }

    private static long memory() {
        return lines("/proc/meminfo").stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> line.replaceAll("\\D", ""))
                .filter(digits -> !digits.isEmpty())
                .findFirst()
                .map(kilobytes -> Long.parseLong(kilobytes) * 1024)
                .orElse(0L);
    }

    private static String os() {
        return lines("/etc/os-release").stream()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .findFirst()
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .orElse("");
    }

    /** As {@code uname -m} says it. */
    private static String arch() {
        String arch = System.getProperty("os.arch", "");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private static List<Facts.Interface> interfaces() {
        try {
            var found = new ArrayList<Facts.Interface>();
            for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!one.isLoopback()) {
                    found.add(new Facts.Interface(
                            one.getName(),
                            one.getInterfaceAddresses().stream()
                                    .map(InterfaceAddress::getAddress)
                                    .map(address -> address.getHostAddress().replaceAll("%.*", ""))
                                    .sorted()
                                    .toList()));
                }
            }
            found.sort(Comparator.comparing(Facts.Interface::name));
            return found;
        } catch (SocketException e) {
            return List.of();
        }
    }

    private static String firstLine(String file) {
        return Optional.of(lines(file))
                .filter(lines -> !lines.isEmpty())
                .map(List::getFirst)
                .orElse("")
                .strip();
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return List.of();
        }
    }
}
