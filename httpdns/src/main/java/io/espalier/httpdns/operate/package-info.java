/** What the one on call needs: figures, explanations, purging, warming up, and leaving without anyone noticing. */
@NullMarked
package io.espalier.httpdns.operate;

import org.jspecify.annotations.NullMarked;
