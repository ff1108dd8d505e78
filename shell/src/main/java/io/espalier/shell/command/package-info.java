/**
 * The commands: one table ({@link io.espalier.shell.command.Commands}) that says how each is written and what it does. A
 * handler makes a call or a few and returns an {@link io.espalier.shell.command.Answer}; {@link
 * io.espalier.shell.command.Shell} parses, runs, prints and tells the exit status, for one-shot and interactive use alike.
 */
@NullMarked
package io.espalier.shell.command;

import org.jspecify.annotations.NullMarked;
