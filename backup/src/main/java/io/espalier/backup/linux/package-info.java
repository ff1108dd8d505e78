/**
 * The Linux system calls that a backup needs and the JDK does not offer: folders by descriptor, no link ever followed,
 * extended attributes of every namespace, devices, holes, times in nanoseconds. Names are bytes; here they are strings with
 * one char (0 to 255) for each byte, so that no name is lost whatever its encoding.
 */
@NullMarked
package io.espalier.backup.linux;

import org.jspecify.annotations.NullMarked;
