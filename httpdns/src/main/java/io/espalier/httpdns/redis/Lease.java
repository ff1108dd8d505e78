package io.espalier.httpdns.redis;

/** Whether a node may search for an answer while the others wait for it. */
public enum Lease {
    /** It is this node's turn */
    GRANTED,
    /** Another node searches already */
    HELD,
    /** Nobody can say: search */
    UNKNOWN
}
