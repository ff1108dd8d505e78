/**
 * Stories from outside: people's own commands against the product as it is started, with no class of the product in this
 * process. What a story knows, it knows from terminals, HTTP, files on hosts and process ids.
 */
@NullMarked
package io.espalier.e2e;

import org.jspecify.annotations.NullMarked;
