/**
 * The dialects: each reads a request into questions and knows how to write the answers down. All of them are views of
 * the same {@link io.espalier.httpdns.answer.Answer}. Pure: bytes and values in, values and bytes out; {@link
 * io.espalier.httpdns.dialect.Dialects} is the way in.
 */
@NullMarked
package io.espalier.httpdns.dialect;

import org.jspecify.annotations.NullMarked;
