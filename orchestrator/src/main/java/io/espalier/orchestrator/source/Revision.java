package io.espalier.orchestrator.source;

/** One commit of a source, by its full id (for git: 40 or 64 hex digits; for svn: r1234). */
public record Revision(String id) {

    public Revision {
        if (!id.matches("[0-9a-z]{1,64}")) {
            throw new IllegalArgumentException("revision: " + id + " (expected: a full commit id)");
        }
    }

    /** The first 8 characters, for people. */
    public String abbreviated() {
        return id.length() <= 8 ? id : id.substring(0, 8);
    }

    @Override
    public String toString() {
        return id;
    }
}
