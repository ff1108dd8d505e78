package io.espalier.shell.line;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the word under the cursor may become. */
public final class Completions {
    private final Parser parser;
    private final Function<Noun, List<String>> names;

    /** @param names what there is of a noun, such as the names of all hosts; empty if that cannot be told quickly */
    public Completions(Parser parser, Function<Noun, List<String>> names) {
        this.parser = parser;
        this.names = names;
    }

    /** @param about shown next to it; may be empty */
    public record Proposal(String word, String about) {}

    /**
     * Unfiltered: the caller matches against what is typed.
     *
     * @param before the whole words before the cursor's
     * @param current the cursor's word up to the cursor
     */
    public List<Proposal> propose(List<String> before, String current) {
        if (before.contains("--")) {
            return argumentProposals(before);
        }
        String last = before.isEmpty() ? "" : before.getLast();
        Option pending = last.startsWith("-") && last.indexOf('=') < 0 ? option(before, last) : null;
        if (pending != null && !pending.isFlag()) {
            return valuesOf(pending.values(), "");
        }
        int equals = current.indexOf('=');
        if (current.startsWith("--") && equals > 0) {
            Option option = option(before, current.substring(0, equals));
            return option == null || option.isFlag()
                    ? List.of()
                    : valuesOf(option.values(), current.substring(0, equals + 1));
        }
        return current.startsWith("-") ? optionProposals(before) : argumentProposals(before);
    }

    private @Nullable Option option(List<String> before, String shown) {
        Syntax command = command(before);
        var known = new ArrayList<>(Option.GLOBAL);
        if (command != null) {
            known.addAll(command.options());
        }
        for (Option option : known) {
            boolean named = shown.equals("--" + option.name());
            if (named || (option.letter() != 0 && shown.equals("-" + option.letter()))) {
                return option;
            }
        }
        return null;
    }

    private List<Proposal> optionProposals(List<String> before) {
        var proposals = new ArrayList<Proposal>();
        Syntax command = command(before);
        var known = new ArrayList<Option>(command == null ? List.of() : command.options());
        known.addAll(Option.GLOBAL);
        for (Option option : known) {
            if (option.repeats() || !before.contains("--" + option.name())) {
                proposals.add(new Proposal("--" + option.name(), option.about()));
            }
        }
        return proposals;
    }

    private List<Proposal> argumentProposals(List<String> before) {
        var proposals = new ArrayList<Proposal>();
        var plain = plain(before);
        boolean help = !plain.isEmpty() && plain.getFirst().equals(Syntax.HELP.name());
        if (help) {
            plain = plain.subList(1, plain.size());
        }
        for (Syntax command : parser.commands()) {
            int length = plain.size();
            if (command.path().size() > length
                    && command.path().subList(0, length).equals(plain)) {
                boolean last = command.path().size() == length + 1;
                String word = command.path().get(length);
                if (proposals.stream().noneMatch(proposal -> proposal.word().equals(word))) {
                    proposals.add(new Proposal(word, last ? command.about() : ""));
                }
            }
        }
        Syntax command = help ? null : command(before);
        if (command != null) {
            Argument argument = command.argument(plain.size() - command.path().size());
            if (argument != null) {
                proposals.addAll(valuesOf(argument.values(), ""));
            }
        }
        return proposals;
    }

    private List<Proposal> valuesOf(Values values, String prefix) {
        List<String> words = switch (values) {
            case Values.Choice(var choice) -> choice;
            case Values.Known(var noun) -> names.apply(noun);
            case Values.Any _, Values.Whole _ -> List.of();
        };
        return words.stream().map(word -> new Proposal(prefix + word, "")).toList();
    }

    private @Nullable Syntax command(List<String> before) {
        return parser.find(plain(before));
    }

    private List<String> plain(List<String> before) {
        return parser.plain(before);
    }
}
