/** Real servers, hosts and fault injectors for the tests of all modules. */
@NullMarked
package io.espalier.testkit;

import org.jspecify.annotations.NullMarked;
