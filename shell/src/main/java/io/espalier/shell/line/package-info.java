/**
 * The grammar of a command line, without any I/O: what commands, options and arguments there are ({@link
 * io.espalier.shell.line.Syntax}), how words become a command ({@link io.espalier.shell.line.Parser}), what may come next
 * ({@link io.espalier.shell.line.Completions}) and what help says. One-shot and interactive use share all of it.
 */
@NullMarked
package io.espalier.shell.line;

import org.jspecify.annotations.NullMarked;
