/**
 * What a tree keeps in its folder: one process at a time, files that are whole or not there, and the checkpoint from
 * which it starts again. {@link io.espalier.metrics.disk.DataFolder} is the door.
 */
@NullMarked
package io.espalier.metrics.disk;

import org.jspecify.annotations.NullMarked;
