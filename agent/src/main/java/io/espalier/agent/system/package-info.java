/**
 * What a host is besides files: packages, accounts, kernel settings, commands, facts. {@link
 * io.espalier.agent.system.HostSystem} is all that an apply sees of it.
 */
@NullMarked
package io.espalier.agent.system;

import org.jspecify.annotations.NullMarked;
