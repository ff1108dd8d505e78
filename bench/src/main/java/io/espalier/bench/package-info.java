/** Benchmarks, each against its peer; run by {@code bin/bench}. */
@NullMarked
package io.espalier.bench;

import org.jspecify.annotations.NullMarked;
