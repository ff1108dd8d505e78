/** {@code espalier backup}: the command line of backups. */
@NullMarked
package io.espalier.backup;

import org.jspecify.annotations.NullMarked;
