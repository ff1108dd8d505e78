/**
 * Looks after a repository: proves that it is whole, mends a copy of it, and removes what nothing needs. Each goes as far as
 * the keys that it is given allow; removing needs none.
 */
@NullMarked
package io.espalier.backup.check;

import org.jspecify.annotations.NullMarked;
