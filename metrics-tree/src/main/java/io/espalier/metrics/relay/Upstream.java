package io.espalier.metrics.relay;

import java.io.IOException;

/** A tree or another relay that takes parcels. */
interface Upstream {
    /**
     * Sends, or asks where it stands if there is nothing in {@code shipment}.
     *
     * @throws HistoryException if it knows other parcels of this sender
     * @throws IOException      if it is away, or does not take them now
     */
    Standing post(String sender, Shipment shipment) throws IOException, InterruptedException;

    /** Two parcels have one number: another relay uses a copy of this spool, or this spool is an old copy. */
    final class HistoryException extends IOException {
        private static final long serialVersionUID = 1;

        HistoryException(String message) {
            super(message);
        }
    }
}
