package io.espalier.agent.system;

import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an apply needs of its host besides files. Every call ends within a bounded time. */
public interface HostSystem {

    /** Those of {@code packages} that are not installed, in their order. */
    List<String> missingPackages(List<String> packages) throws HostException;

    void installPackages(List<String> packages) throws HostException;

    /** Whether {@link #makeAccount} would have something to do. */
    boolean lacksAccount(Account account) throws HostException;

    void makeAccount(Account account) throws HostException;

    /** The value of a kernel setting, without surrounding blanks. */
    String setting(String name) throws HostException;

    void changeSetting(String name, String value) throws HostException;

    /**
     * Runs a command to its end.
     *
     * @param placeholders replaced inside arguments, such as <code>{stage}</code>
     */
    CommandResult run(Command command, Map<String, String> placeholders);

    /** Asks until the answer is good or the check's time is over; then gives what was wrong with the last answer. */
    Optional<String> trouble(HealthCheck check);
}
