/**
 * Cuts bytes into chunks at places that their content decides, so that an insertion moves only the cuts around it. The
 * table that decides comes from a key, so that the lengths of chunks tell a stranger nothing about known files.
 */
@NullMarked
package io.espalier.backup.chunk;

import org.jspecify.annotations.NullMarked;
