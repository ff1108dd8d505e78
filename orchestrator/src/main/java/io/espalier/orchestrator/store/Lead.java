package io.espalier.orchestrator.store;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who of several orchestrators on one database drives the fleet: looks at its sources, runs its rollouts, asks its hosts. The
 * others stand by.
 */
public interface Lead {

    /** Of the one orchestrator that has its database to itself: it always leads, at no cost. */
    Lead ALONE = new Lead() {
        @Override
        public void whenHeld(Runnable work) {
            work.run();
        }

        @Override
        public boolean isHeld() {
            return true;
        }

        @Override
        public Optional<String> holder() {
            return Optional.empty();
        }

        @Override
        public <T> T fenced(Supplier<T> write) {
            return write.get();
        }
    };

    /** Runs {@code work} once, as soon as this process leads; in the order in which it was given. */
    void whenHeld(Runnable work);

    /** Whether this process leads for certain. Asked before each word to a host, so it costs nothing. */
    boolean isHeld();

    /** The orchestrator that was last seen to lead, for people; empty if there is none or no other. */
    Optional<String> holder();

    /**
     * Writes as the one who leads. On a database that is shared it is one transaction, and nobody else can begin to lead
     * before it has ended.
     *
     * @throws NotLeadingException if another leads by now; nothing is written
     */
    <T> T fenced(Supplier<T> write);

    /** @throws NotLeadingException if another leads by now; nothing is written */
    default void fenced(Runnable write) {
        fenced(() -> {
            write.run();
            return true;
        });
    }
}
