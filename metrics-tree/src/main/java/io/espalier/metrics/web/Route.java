package io.espalier.metrics.web;

import java.io.IOException;

/** Some of the URLs. */
interface Route {
    /** False, with nothing sent, if the URL is none of these. */
    boolean answer(Exchange exchange) throws IOException;
}
