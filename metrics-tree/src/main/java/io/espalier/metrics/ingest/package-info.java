/**
 * What comes in: {@link io.espalier.metrics.ingest.Intake} makes pushes of every kind into merges and says what
 * was wrong with the rest; the receivers in front of it speak TCP and UDP.
 */
@NullMarked
package io.espalier.metrics.ingest;

import org.jspecify.annotations.NullMarked;
