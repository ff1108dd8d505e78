/**
 * Git without a working tree: bare mirrors of remote repositories, snapshots that read blobs out of them, and the limits
 * and checks that stand between a hostile repository and this process. Nothing that a repository names is ever written
 * to a disk under that name, and no link, submodule, hook or filter of it is followed.
 */
@NullMarked
package io.espalier.orchestrator.source.git;

import org.jspecify.annotations.NullMarked;
