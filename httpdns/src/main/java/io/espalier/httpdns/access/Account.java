package io.espalier.httpdns.access;

import java.util.List;

/**
 * Someone who may sign or encrypt requests.
 *
 * @param id as requests give it: {@code id}, {@code account_id}, {@code uid} or the first part of the path
 * @param secrets for signatures; two while a key is being exchanged, all of them count
 * @param cipherKeys for encrypted requests, the newest first
 */
public record Account(String id, List<Secret> secrets, List<Secret> cipherKeys) {
    public Account {
        if (id.isBlank() || id.length() > 64) {
            throw new IllegalArgumentException("account: '" + id + "' (expected: 1 to 64 characters)");
        }
        secrets = List.copyOf(secrets);
        cipherKeys = List.copyOf(cipherKeys);
    }
}
