package io.espalier.httpdns.operate;

/** Forgets what caches hold. */
@FunctionalInterface
public interface Purge {
    /**
     * Forgets a name, of every type and network, here and in caches that nodes share.
     *
     * @param name as {@link io.espalier.httpdns.answer.Question#name}
     * @param isBelow all names below it as well
     * @return how many entries of this process went
     */
    int purge(String name, boolean isBelow);
}
