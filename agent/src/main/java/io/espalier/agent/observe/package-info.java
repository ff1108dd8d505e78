/**
 * What is really on disk: {@link io.espalier.agent.observe.Observer} looks, {@link
 * io.espalier.agent.observe.DigestCache} saves it from reading files again that have not changed.
 */
@NullMarked
package io.espalier.agent.observe;

import org.jspecify.annotations.NullMarked;
