/**
 * The database that holds what happened, never what should be: how it is opened and brought to the current schema. Each
 * feature has its own store over it.
 */
@NullMarked
package io.espalier.orchestrator.store;

import org.jspecify.annotations.NullMarked;
