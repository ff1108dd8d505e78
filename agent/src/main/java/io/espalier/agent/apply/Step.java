package io.espalier.agent.apply;

import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;

/**
 * One path's way from what it was to what it shall be. Both ways can be gone from here.
 *
 * @param unit that holds the path, or last held it
 * @param after a file, or nothing
 */
record Step(String path, String unit, Image before, Image after) {

    static void write(Writer out, Step step) {
        out.text(step.path).text(step.unit);
        Image.write(out, step.before);
        Image.write(out, step.after);
    }

    static Step read(Reader in) {
        return new Step(in.text(), in.text(), Image.read(in), Image.read(in));
    }
}
