package io.espalier.shell.line;

/** What a word can name, so that completion knows where to look. */
public enum Noun {
    HOST,
    TIER,
    SOURCE,
    ROLLOUT,
    FILE,
    FOLDER
}
