/** The one byte form of everything that this module writes: varints, length-prefixed bytes, in a stated order. */
@NullMarked
package io.espalier.backup.codec;

import org.jspecify.annotations.NullMarked;
