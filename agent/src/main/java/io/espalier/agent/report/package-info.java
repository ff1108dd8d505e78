/**
 * What the agent tells by itself: {@link io.espalier.agent.report.Spool} keeps it on disk until an orchestrator has taken it, {@link
 * io.espalier.agent.report.Reports} decides what is worth keeping.
 */
@NullMarked
package io.espalier.agent.report;

import org.jspecify.annotations.NullMarked;
