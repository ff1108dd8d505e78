/**
 * Templates and variables to the files of one host. Same input, same bytes; every failure names template, line, column
 * and host.
 */
@NullMarked
package io.espalier.orchestrator.render;

import org.jspecify.annotations.NullMarked;
