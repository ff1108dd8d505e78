package io.espalier.agent.apply;

import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;

/** One kernel setting's way from what it was to what it shall be. */
record Setting(String unit, String name, String before, String after) {

    static void write(Writer out, Setting setting) {
        out.text(setting.unit).text(setting.name).text(setting.before).text(setting.after);
    }

    static Setting read(Reader in) {
        return new Setting(in.text(), in.text(), in.text(), in.text());
    }
}
