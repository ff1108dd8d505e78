/**
 * The machines: which are enrolled, how they are reached, what they last said of themselves.
 */
@NullMarked
package io.espalier.orchestrator.host;

import org.jspecify.annotations.NullMarked;
