/** Decides which snapshots stay, and says why for each. Reads nothing and removes nothing. */
@NullMarked
package io.espalier.backup.retention;

import org.jspecify.annotations.NullMarked;
