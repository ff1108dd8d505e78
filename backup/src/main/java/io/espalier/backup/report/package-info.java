/**
 * What a host says about its backups: {@code /v1/worker/AUID/backup}. Both words of a kind are derived from records of what
 * happened and from the clock, never stored, so that silence turns red by itself.
 */
@NullMarked
package io.espalier.backup.report;

import org.jspecify.annotations.NullMarked;
