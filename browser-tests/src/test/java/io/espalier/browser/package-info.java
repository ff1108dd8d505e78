/** The web UI in a real browser. */
@NullMarked
package io.espalier.browser;

import org.jspecify.annotations.NullMarked;
