/**
 * Brings entries of a snapshot back, beneath one folder and nowhere else. What is in a snapshot may come from a host that
 * was taken over: every path is checked, every folder is opened beneath the target without following a link, and nothing
 * is put in place before all its bytes have proven to be the right ones.
 */
@NullMarked
package io.espalier.backup.restore;

import org.jspecify.annotations.NullMarked;
