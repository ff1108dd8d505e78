/**
 * What is asked and what is answered, as plain values. Every dialect of the front is a view of one {@link
 * io.espalier.httpdns.answer.Answer}; every way of finding one (cache, zone, upstream) makes the same.
 */
@NullMarked
package io.espalier.httpdns.answer;

import org.jspecify.annotations.NullMarked;
