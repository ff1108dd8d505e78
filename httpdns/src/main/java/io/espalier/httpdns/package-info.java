/** Names answered over HTTP: the way from a request to an answer, put together. */
@NullMarked
package io.espalier.httpdns;

import org.jspecify.annotations.NullMarked;
