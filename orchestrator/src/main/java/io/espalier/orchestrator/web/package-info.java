/**
 * The web UI: server-rendered pages, in the records of the API. A page works for reading without a script; the one script
 * keeps what is on the screen up to date.
 */
@NullMarked
package io.espalier.orchestrator.web;

import org.jspecify.annotations.NullMarked;
