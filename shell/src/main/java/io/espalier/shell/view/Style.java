package io.espalier.shell.view;

/** The few ways in which text stands out. The sixteen colours that every terminal has and users may have themed. */
public enum Style {
    PLAIN(""),
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    BLUE("34"),
    MAGENTA("35"),
    CYAN("36"),
    /** What terminals without a brown show as a dark yellow. */
    BROWN("2;33");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /** The text so styled, whatever comes after it left alone. */
    public String paint(String text) {
        return code.isEmpty() || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
