/**
 * The one door to the disk: {@link io.espalier.agent.fs.Fs}, operations on paths beneath a root that never follow a
 * link. {@link io.espalier.agent.fs.BeneathFs} asks the kernel for exactly that; the tests have one that records,
 * fails and forgets what was not synced.
 */
@NullMarked
package io.espalier.agent.fs;

import org.jspecify.annotations.NullMarked;
