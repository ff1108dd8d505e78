/** Proves that a backup comes back: {@link io.espalier.backup.drill.Drill} restores one and compares it with its list. */
@NullMarked
package io.espalier.backup.drill;

import org.jspecify.annotations.NullMarked;
