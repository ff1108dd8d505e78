package io.espalier.httpdns.operate;

import io.espalier.httpdns.dialect.Json;

/** More figures, from elsewhere in the process. */
public interface Figures {
    /** Lines in the text format of Prometheus, each ended. */
    void prometheus(StringBuilder out);

    /** Members of the object that is open. */
    void tree(Json json);
}
