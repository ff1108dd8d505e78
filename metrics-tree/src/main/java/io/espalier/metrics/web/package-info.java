/** The tree over HTTP: pushes, answers, polls and live pages, without a framework. */
@NullMarked
package io.espalier.metrics.web;

import org.jspecify.annotations.NullMarked;
