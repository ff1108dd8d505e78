/**
 * Where desired state comes from: watches repositories, mirrors them without a working tree, hosts some of them, and
 * hands out immutable {@link io.espalier.orchestrator.source.Snapshot}s.
 */
@NullMarked
package io.espalier.orchestrator.source;

import org.jspecify.annotations.NullMarked;
