/** The commands of {@code espalier backup}: what they take, what they do, and what they print. */
@NullMarked
package io.espalier.backup.command;

import org.jspecify.annotations.NullMarked;
