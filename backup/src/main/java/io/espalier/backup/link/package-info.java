/**
 * A host's backup over a link that the orchestrator opened, since hosts often cannot reach it: the orchestrator gives an
 * {@link io.espalier.backup.link.Order}, then answers one {@link io.espalier.backup.link.Call} after another until the
 * {@link io.espalier.backup.link.Ended}. The agent between carries bytes and reads none of them.
 */
@NullMarked
package io.espalier.backup.link;

import org.jspecify.annotations.NullMarked;
