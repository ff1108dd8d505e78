package io.espalier.agent.system;

import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How long the machine has been up: a clock that nobody can set, sleep included.
 *
 * @param boot names this boot; two values can be compared only within one
 */
public record Uptime(String boot, Duration up) {

    /** Of this machine; empty where the kernel does not tell. */
    public static Optional<Uptime> read(Path proc) {
        try {
            String boot = Files.readString(proc.resolve("sys/kernel/random/boot_id"), StandardCharsets.US_ASCII);
            String uptime = Files.readString(proc.resolve("uptime"), StandardCharsets.US_ASCII);
            var seconds = new BigDecimal(uptime.substring(0, uptime.indexOf(' ')));
            return Optional.of(new Uptime(
                    boot.strip(), Duration.ofMillis(seconds.movePointRight(3).longValue())));
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    public Uptime plus(Duration time) {
        return new Uptime(boot, up.plus(time));
    }

    /** The time until {@code later}, negative if it is past; empty if that was told by another boot. */
    public Optional<Duration> until(Uptime later) {
        return boot.equals(later.boot) ? Optional.of(later.up.minus(up)) : Optional.empty();
    }

    public static void write(Writer out, Uptime uptime) {
        out.text(uptime.boot).number(uptime.up.toMillis());
    }

    public static Uptime read(Reader in) {
        return new Uptime(in.text(), Duration.ofMillis(in.number()));
    }
}
