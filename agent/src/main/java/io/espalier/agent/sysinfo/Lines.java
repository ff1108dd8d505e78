package io.espalier.agent.sysinfo;

import java.util.Arrays;
import java.util.stream.Stream;

/** Small readers of the kernel's texts. What is no number is where a row of numbers ends. */
final class Lines {

    private Lines() {}

    static Stream<String> of(String text) {
        return text.lines();
    }

    static String[] words(String line) {
        String stripped = line.strip();
        return stripped.isEmpty() ? new String[0] : stripped.split("\\s+");
    }

    static long[] numbers(String line) {
        String[] words = words(line);
        long[] numbers = new long[words.length];
        for (int i = 0; i < words.length; i++) {
            long value = number(words[i]);
            if (value < 0) {
                return Arrays.copyOf(numbers, i);
            }
            numbers[i] = value;
        }
        return numbers;
    }

    /** -1 for anything but a whole number that fits. */
    static long number(String word) {
        if (word.isEmpty() || word.length() > 19 || !word.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
