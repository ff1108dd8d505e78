/**
 * Backs up trees of files: walks them in the order of their bytes, leaves out what is excluded, takes what is unchanged
 * from the last run, reads the rest, and notes owner, mode, times, extended attributes, holes, hard links and devices.
 */
@NullMarked
package io.espalier.backup.files;

import org.jspecify.annotations.NullMarked;
