package io.espalier.metrics.query;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell pattern over one name: {@code *} any run, {@code ?} any one character, {@code [a-z]} and {@code [!a-z]}
 * one of a set. Takes time linear in the name for each star. Names are matched as characters, not bytes.
 */
final class Glob {
    private sealed interface Token {
        record Run() implements Token {}

        record One() implements Token {}

        record Exactly(int c) implements Token {}

        record OneOf(List<int[]> ranges, boolean isNegated) implements Token {}
    }

    private final List<Token> tokens;
    private final boolean isAny;
    /** ASCII that the name must start with, so that most are told apart without decoding. */
    private final byte[] prefix;

    private final boolean isPrefixOnly;

    private Glob(List<Token> tokens) {
        this.tokens = tokens;
        isAny = tokens.size() == 1 && tokens.getFirst() instanceof Token.Run;
        var start = new StringBuilder();
        for (Token token : tokens) {
            if (!(token instanceof Token.Exactly exactly) || exactly.c > 127) {
                break;
            }
            start.append((char) exactly.c);
        }
        prefix = start.toString().getBytes(StandardCharsets.US_ASCII);
        isPrefixOnly = tokens.size() == prefix.length + 1 && tokens.getLast() instanceof Token.Run;
    }

    static Glob any() {
        return new Glob(List.of(new Token.Run()));
    }

    /** @param isLiteral tells which characters of {@code pattern} stand for themselves */
    static Glob of(int[] pattern, boolean[] isLiteral) {
        var tokens = new ArrayList<Token>();
        for (int i = 0; i < pattern.length; i++) {
            int c = pattern[i];
            if (isLiteral[i]) {
                tokens.add(new Token.Exactly(c));
            } else if (c == '*') {
                if (tokens.isEmpty() || !(tokens.getLast() instanceof Token.Run)) {
                    tokens.add(new Token.Run());
                }
            } else if (c == '?') {
                tokens.add(new Token.One());
            } else if (c == '[') {
                int end = setEnd(pattern, i);
                if (end < 0) {
                    tokens.add(new Token.Exactly('['));
                } else {
                    tokens.add(set(pattern, i + 1, end));
                    i = end;
                }
            } else {
                tokens.add(new Token.Exactly(c));
            }
        }
        return new Glob(tokens);
    }

    private static int setEnd(int[] pattern, int open) {
        int from = open + 1 < pattern.length && pattern[open + 1] == '!' ? open + 3 : open + 2;
        for (int i = from; i < pattern.length; i++) {
            if (pattern[i] == ']') {
                return i;
            }
        }
        return -1;
    }

    private static Token set(int[] pattern, int from, int end) {
        boolean isNegated = pattern[from] == '!';
        var ranges = new ArrayList<int[]>();
        for (int i = isNegated ? from + 1 : from; i < end; i++) {
            if (i + 2 < end && pattern[i + 1] == '-') {
                ranges.add(new int[] {pattern[i], pattern[i + 2]});
                i += 2;
            } else {
                ranges.add(new int[] {pattern[i], pattern[i]});
            }
        }
        return new Token.OneOf(ranges, isNegated);
    }

    boolean isAny() {
        return isAny;
    }

    boolean startsWith(char c) {
        return prefix.length > 0 && prefix[0] == c;
    }

    boolean matches(byte[] name) {
        if (isAny) {
            return true;
        }
        if (name.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (name[i] != prefix[i]) {
                return false;
            }
        }
        return isPrefixOnly
                || matches(new String(name, StandardCharsets.UTF_8).codePoints().toArray());
    }

    private boolean matches(int[] name) {
        int at = 0;
        int token = 0;
        int retryToken = -1;
        int retryAt = 0;
        while (at < name.length) {
            if (token < tokens.size() && tokens.get(token) instanceof Token.Run) {
                retryToken = ++token;
                retryAt = at;
            } else if (token < tokens.size() && takes(tokens.get(token), name[at])) {
                token++;
                at++;
            } else if (retryToken >= 0) {
                token = retryToken;
                at = ++retryAt;
            } else {
                return false;
            }
        }
        while (token < tokens.size() && tokens.get(token) instanceof Token.Run) {
            token++;
        }
        return token == tokens.size();
    }

    private static boolean takes(Token token, int c) {
        return switch (token) {
            case Token.Run() -> false;
            case Token.One() -> true;
            case Token.Exactly(int exactly) -> exactly == c;
            case Token.OneOf(var ranges, var isNegated) ->
                ranges.stream().anyMatch(range -> range[0] <= c && c <= range[1]) != isNegated;
        };
    }
}
