/**
 * How the machine does: pure readers of the kernel's texts, and {@link io.espalier.agent.sysinfo.SysinfoReader}, which
 * opens the files.
 */
@NullMarked
package io.espalier.agent.sysinfo;

import org.jspecify.annotations.NullMarked;
