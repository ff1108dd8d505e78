package io.espalier.orchestrator.fleet;

/** A line of a unit's {@code files:}. Closed: a new way to get a file to a host is a record here. */
public sealed interface FileSpec {

    /** Where on the host: a path, or for several files a folder that ends in a slash. */
    String to();

    Attributes attributes();

    /** The line of the unit's file on which it stands, from 1. */
    int line();

    /**
     * Owner and group as names, empty for the agent's own; mode as permission bits.
     *
     * @param mode 0644 unless given
     */
    record Attributes(String owner, String group, int mode) {
        public static final Attributes DEFAULT = new Attributes("", "", 0644);
    }

    /** One template rendered to one file; {@code template} is a path in the template source. */
    record Template(String to, String template, Attributes attributes, int line) implements FileSpec {}

    /** Every template that matches {@code glob}, laid below {@code to} without its {@code .ftl}. */
    record Templates(String to, String glob, boolean purge, Attributes attributes, int line) implements FileSpec {}

    /** One file copied as it is; {@code file} is a path in the fleet's {@code files/} or in the template source. */
    record Plain(String to, String file, Attributes attributes, int line) implements FileSpec {}

    /** Every file that matches {@code glob}, copied below {@code to}. */
    record Plains(String to, String glob, boolean purge, Attributes attributes, int line) implements FileSpec {}
}
