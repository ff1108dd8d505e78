/**
 * What a result looks like: tables, diffs and lines for people, JSON and YAML for programs. Values in, text out; no
 * network, no files. Whatever an orchestrator sends is cleaned of control characters before a terminal sees it.
 */
@NullMarked
package io.espalier.shell.view;

import org.jspecify.annotations.NullMarked;
