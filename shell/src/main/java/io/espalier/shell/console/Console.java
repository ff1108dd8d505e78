package io.espalier.shell.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * @param in for what is piped in on request, such as a password
 * @param out results
 * @param err messages, progress, questions
 */
public record Console(
        InputStream in, OutputStream out, OutputStream err, Prompter prompter, Look outLook, Look errLook) {

    /**
     * How a stream shows text.
     *
     * @param width columns of the terminal, or 0 if there is none: then lines may be of any length
     */
    public record Look(boolean colour, int width) {
        public static final Look PLAIN = new Look(false, 0);

        Look withoutColour() {
            return new Look(false, width);
        }
    }

    public Console withoutColour() {
        return new Console(in, out, err, prompter, outLook.withoutColour(), errLook.withoutColour());
    }

    /** @throws UncheckedIOException if it cannot be written, as when the disk is full */
    public void print(String text) {
        write(out, text);
    }

    /** Messages are a courtesy: if nobody can read them, the command still does its work. */
    public void say(String text) {
        try {
            write(err, text.endsWith("\n") ? text : text + "\n");
        } catch (UncheckedIOException _) {
            // standard error is closed
        }
    }

    private static void write(OutputStream stream, String text) {
        try {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
