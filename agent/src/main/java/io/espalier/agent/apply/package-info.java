/**
 * The apply: the transaction that takes a host from one release to the next, or leaves it where it was.
 *
 * <p>{@link io.espalier.agent.apply.Applier} tells the story from admission to commit. {@code Planner} decides, from
 * values alone, which {@code Step}s lead from what is on disk to what is wanted; {@code Switch} takes them and
 * {@code WayBack} takes them back. Every fact that must outlive a crash is a {@code JournalRecord} in the
 * {@code Journal}; {@code State} is what they add up to.
 */
@NullMarked
package io.espalier.agent.apply;

import org.jspecify.annotations.NullMarked;
