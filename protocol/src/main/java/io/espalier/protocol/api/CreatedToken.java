package io.espalier.protocol.api;

import java.util.List;

/** @param token shown this once; only its hash is kept */
public record CreatedToken(String id, String token, List<String> rights) {

    /** Without the secret. */
    @Override
    public String toString() {
        return "CreatedToken[" + id + ", " + rights + "]";
    }
}
