/** Interactive and one-shot commands; talks to the orchestrator's REST API only. */
@NullMarked
package io.espalier.shell;

import org.jspecify.annotations.NullMarked;
