/**
 * Subversion without a working copy: a revision of a folder is read over the wire and kept as a tree of a bare git
 * repository, so that everything behind it reads svn, git and hosted sources alike. The library that speaks the protocol
 * is loaded by the first source of this kind and seen in no other package.
 */
@NullMarked
package io.espalier.orchestrator.source.svn;

import org.jspecify.annotations.NullMarked;
