package io.espalier.httpdns.front;

/** How far a front is on its way out. */
enum Phase {
    /** Answers */
    SERVING,
    /** Answers, and closes each connection after its next reply */
    LEAVING,
    /** Answers 503 and closes */
    REFUSING
}
