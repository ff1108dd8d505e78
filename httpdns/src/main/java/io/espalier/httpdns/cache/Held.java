package io.espalier.httpdns.cache;

/** All that is kept of one name and type. */
sealed interface Held permits Kept, Slot {
    /** About how many bytes of heap it takes. */
    int weight();
}
