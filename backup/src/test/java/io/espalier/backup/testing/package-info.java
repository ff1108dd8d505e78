/** Repositories, trees and disks for the tests of this module. */
@NullMarked
package io.espalier.backup.testing;

import org.jspecify.annotations.NullMarked;
