/**
 * The shell that stays: Spring Shell's loop over a JLine line editor, with completion and history. The commands are those
 * of {@link io.espalier.shell.command.Commands}, registered one by one; Spring Shell parses nothing, for it loses quotes,
 * lets flags eat words and drops exit statuses.
 */
@NullMarked
package io.espalier.shell.interactive;

import org.jspecify.annotations.NullMarked;
