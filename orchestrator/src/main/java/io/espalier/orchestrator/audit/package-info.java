/** Who did what to what, from what to what, and when. Append-only: nothing here is ever changed or removed. */
@NullMarked
package io.espalier.orchestrator.audit;

import org.jspecify.annotations.NullMarked;
