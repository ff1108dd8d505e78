/**
 * The metrics tree within the orchestrator: the same URLs as {@code espalier tree}, behind this one's sign-in, and what
 * the orchestrator itself puts in. {@link io.espalier.orchestrator.tree.RunningTree} opens it once everything else runs
 * and closes it last; nothing here may keep a rollout waiting.
 */
@NullMarked
package io.espalier.orchestrator.tree;

import org.jspecify.annotations.NullMarked;
