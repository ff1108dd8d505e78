/**
 * Tests of the template library: what the templates render to, and whether real servers do with it what the library
 * promises. A fleet of one machine is made of the library's own units, rendered by the orchestrator's renderer into one
 * folder a host, and each host is an nginx with its own folder and ports.
 */
@NullMarked
package io.espalier.templates;

import org.jspecify.annotations.NullMarked;
