/**
 * The release: everything that one host should hold, as immutable values with one byte form.
 *
 * <p>{@link io.espalier.protocol.release.Release} is the content and names itself by its digest;
 * {@link io.espalier.protocol.release.Manifest} wraps it for one agent with a number, and
 * {@link io.espalier.protocol.release.SignedManifest} is what travels and what an agent keeps.
 */
@NullMarked
package io.espalier.protocol.release;

import org.jspecify.annotations.NullMarked;
