package io.espalier.agent.job;

import io.espalier.agent.system.CommandResult;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * How one run of a job ended.
 *
 * @param status exit status, where a program ended by itself
 * @param output the last of what it printed, or what went wrong
 */
public record RunResult(Ending ending, OptionalInt status, String output) {

    /** In which way. */
    public enum Ending {
        OK,
        /** With another exit status than 0, or an error. */
        FAILED,
        /** Killed at its timeout. */
        TIMED_OUT,
        /** Killed because the next run replaces it. */
        REPLACED,
        NOT_STARTED,
        /** The run before was still going on. */
        SKIPPED,
        /** Nobody was there to start it when it was due, and it is not made up for. */
        MISSED;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static RunResult of(Ending ending, String output) {
        return new RunResult(ending, OptionalInt.empty(), output);
    }

    static RunResult of(CommandResult result, boolean replaced) {
        return switch (result.ending()) {
            case CommandResult.Ending.Exited(var status) ->
                new RunResult(status == 0 ? Ending.OK : Ending.FAILED, OptionalInt.of(status), result.output());
            case CommandResult.Ending.Killed _ -> of(replaced ? Ending.REPLACED : Ending.TIMED_OUT, result.output());
            case CommandResult.Ending.NotStarted(var why) -> of(Ending.NOT_STARTED, why);
        };
    }
}
