/** What the agent's tests share: releases to apply, an orchestrator to speak with, a real agent process. */
@NullMarked
package io.espalier.agent.testing;

import org.jspecify.annotations.NullMarked;
