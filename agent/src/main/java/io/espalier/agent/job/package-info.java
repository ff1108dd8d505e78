/**
 * Work by the calendar or the clock: {@link io.espalier.agent.job.Schedule} decides when, {@link
 * io.espalier.agent.job.JobBoard} starts it and tells how it went. Quartz reads cron expressions and wakes; it is not
 * loaded before a release has such a job.
 */
@NullMarked
package io.espalier.agent.job;

import org.jspecify.annotations.NullMarked;
