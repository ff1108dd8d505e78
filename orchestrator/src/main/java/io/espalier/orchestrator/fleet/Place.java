package io.espalier.orchestrator.fleet;

/** A character in a file of the fleet source; line and column from 1. */
record Place(String file, int line, int column) implements Comparable<Place> {

    /** The start of a file, for what is missing in it. */
    static Place startOf(String file) {
        return new Place(file, 1, 1);
    }

    Problem error(String message) {
        return Problem.error(file, line, column, message);
    }

    Problem error(String message, String hint) {
        return hint.isEmpty() ? error(message) : Problem.error(file, line, column, message, hint);
    }

    Problem warning(String message) {
        return Problem.warning(file, line, column, message);
    }

    @Override
    public int compareTo(Place other) {
        int byFile = file.compareTo(other.file);
        int byLine = byFile != 0 ? byFile : Integer.compare(line, other.line);
        return byLine != 0 ? byLine : Integer.compare(column, other.column);
    }

    /** {@code units/nginx.yaml:7}, for naming it in a message about another place. */
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
