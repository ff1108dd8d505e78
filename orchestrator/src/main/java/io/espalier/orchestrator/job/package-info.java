/**
 * What agents report by themselves: {@link io.espalier.orchestrator.job.ReportDesk} takes each answer of the host watch
 * apart; runs of jobs are kept in the database and shown by {@link io.espalier.orchestrator.job.Jobs}, all else goes on to
 * a {@link io.espalier.orchestrator.job.ReportSink}.
 */
@NullMarked
package io.espalier.orchestrator.job;

import org.jspecify.annotations.NullMarked;
