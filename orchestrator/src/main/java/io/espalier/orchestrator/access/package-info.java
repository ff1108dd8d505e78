/**
 * Who may do what: users, tokens, sign-in sessions, and the one table of rules that every URL of the orchestrator is
 * held against.
 */
@NullMarked
package io.espalier.orchestrator.access;

import org.jspecify.annotations.NullMarked;
