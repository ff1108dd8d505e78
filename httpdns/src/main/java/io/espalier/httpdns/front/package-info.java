/**
 * The front: HTTP/1.1 and HTTP/2 on Netty. Hits are answered on the event loop; whatever may wait goes to a virtual
 * thread. {@link io.espalier.httpdns.front.Front} opens the doors, {@link io.espalier.httpdns.front.Desk} decides how a
 * request is served, the rest carries bytes. Everything that a client sends is bounded in size, number and time.
 */
@NullMarked
package io.espalier.httpdns.front;

import org.jspecify.annotations.NullMarked;
