/**
 * What agents report of themselves and their hosts: the last report of each kind is kept, merged into the metrics tree
 * and found stale when the next one does not come. {@link io.espalier.orchestrator.worker.Workers#report} is the one way
 * in, for HTTP and for whoever speaks with agents in this process.
 */
@NullMarked
package io.espalier.orchestrator.worker;

import org.jspecify.annotations.NullMarked;
