/** The process on every host: applies releases, watches for drift, reports. */
@NullMarked
package io.espalier.agent;

import org.jspecify.annotations.NullMarked;
