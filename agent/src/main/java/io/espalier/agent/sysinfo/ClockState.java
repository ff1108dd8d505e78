package io.espalier.agent.sysinfo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * How well the machine's clock follows a better one, as the kernel knows it from whatever disciplines it (adjtimex(2)).
 *
 * @param offsetMillis still to be made up; what chrony makes up in its own ways is not in it
 * @param maxErrorMillis that the clock can be off; grows while nothing disciplines it
 */
record ClockState(boolean synced, double offsetMillis, double maxErrorMillis) {

    private static final int STA_UNSYNC = 0x40;
    private static final int STA_NANO = 0x2000;
    /** Beyond it the kernel itself says nothing useful (NTP_PHASE_LIMIT, 16 s). */
    private static final long WORST_MICROS = 16_000_000;

    /** @param timex a {@code struct timex} of a 64-bit Linux */
    static Optional<ClockState> parse(byte[] timex) {
        if (timex.length < 48) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(timex).order(ByteOrder.nativeOrder());
        long offset = fields.getLong(8);
        long maxError = fields.getLong(24);
        int status = fields.getInt(40);
        if (maxError < 0) {
            return Optional.empty();
        }
        double perMilli = (status & STA_NANO) != 0 ? 1_000_000.0 : 1_000.0;
        return Optional.of(new ClockState(
                (status & STA_UNSYNC) == 0, offset / perMilli, Math.min(maxError, WORST_MICROS) / 1_000.0));
    }
}
