/** JSON, written by hand: a library would cost more memory than all that is written. */
@NullMarked
package io.espalier.agent.json;

import org.jspecify.annotations.NullMarked;
