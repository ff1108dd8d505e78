package io.espalier.httpdns;

/** A configuration that cannot be used; the message begins with file, line and column. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    ConfigException(String message) {
        super(message);
    }
}
