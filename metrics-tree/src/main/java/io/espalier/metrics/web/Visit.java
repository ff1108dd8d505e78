package io.espalier.metrics.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;

/** A request that another HTTP server has read, bounded and let in, and where its answer goes. */
public interface Visit {

    String method();

    /** Path and query as sent, still encoded. */
    String target();

    /** @param name in any case */
    Optional<String> header(String name);

    InputStream body() throws IOException;

    /** Begins the answer, once; what is written to the stream is its body. A flush sends what was written so far. */
    OutputStream answer(int status, Map<String, String> headers) throws IOException;
}
