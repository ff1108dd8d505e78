package io.espalier.orchestrator.ssh;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeoutException;
import net.schmizz.sshj.userauth.UserAuthException;

/** What an exception of sshj or a socket means. */
record SshFailure(String text, boolean isTimeout, boolean isRefusedLogin, boolean isNoCommonHostKey) {

    private static final int MAX_TEXT = 300;

    /** @param expired whether we gave up waiting ourselves, so that the exception is only its consequence */
    static SshFailure of(Exception failure, boolean expired) {
        boolean timeout = expired;
        boolean login = false;
        boolean hostKey = false;
        String text = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            timeout |= cause instanceof TimeoutException || cause instanceof SocketTimeoutException;
            login |= cause instanceof UserAuthException;
            String message = String.valueOf(cause.getMessage());
            hostKey |= message.contains("HostKeyAlgorithms");
            text = switch (cause) {
                case UnknownHostException _ -> "the name " + message + " cannot be resolved";
                case UnresolvedAddressException _ -> "the name cannot be resolved";
                case NoRouteToHostException _ -> "no route to host";
                case ConnectException _ -> "connection refused";
                case SocketTimeoutException _ -> "no answer";
                default -> cause.getMessage() == null && !text.isEmpty() ? text : message;
            };
        }
        if (expired) {
            text = "no answer";
        } else if (login && !timeout) {
            text = "login refused: " + text;
        }
        return new SshFailure(printable(text), timeout, login && !timeout, hostKey);
    }

    /** A server's words are not ours: one line, no control characters, not for ever. */
    static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "...";
    }
}
