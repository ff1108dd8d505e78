/** The one byte form in which everything of the protocol is written, hashed and signed. */
@NullMarked
package io.espalier.protocol.codec;

import org.jspecify.annotations.NullMarked;
