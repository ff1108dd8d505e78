package io.espalier.agent;

/** The agent cannot start as it is configured; the message says where and why. */
final class ConfigException extends Exception {

    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(message);
    }
}
