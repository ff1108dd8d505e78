/**
 * Numbers, texts and blocks as bytes: what the checkpoint and the history on disk are made of. Every read checks
 * its bounds, so that a damaged file ends with an exception and not with an allocation.
 */
@NullMarked
package io.espalier.metrics.bytes;

import org.jspecify.annotations.NullMarked;
