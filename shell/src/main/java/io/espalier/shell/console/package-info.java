/**
 * Where a command's words go and where a person's answers come from: {@link io.espalier.shell.console.Console}. Results on
 * standard output, everything else on standard error.
 */
@NullMarked
package io.espalier.shell.console;

import org.jspecify.annotations.NullMarked;
