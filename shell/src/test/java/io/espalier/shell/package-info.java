/** Tests of the shell against a real HTTP server that answers with the API's own records. */
@NullMarked
package io.espalier.shell;

import org.jspecify.annotations.NullMarked;
