package io.espalier.shell.interactive;

import io.espalier.shell.command.Shell;
import io.espalier.shell.line.Line;
import io.espalier.shell.line.Parser;
import io.espalier.shell.line.Syntax;
import io.espalier.shell.line.Words;
import java.util.HashSet;
import java.util.List;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandParser;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.ExitStatus;
import org.springframework.shell.core.command.ParsedInput;

/** One of our commands as Spring Shell knows it: a name, and the words of the line as they are. */
final class SpringCommand implements Command {
    /** For lines that name no command; running it says what is wrong with them. */
    private static final Syntax OTHER = Syntax.of("?", "whatever is no command");

    private final Session session;
    private final Syntax syntax;

    private SpringCommand(Session session, Syntax syntax) {
        this.session = session;
        this.syntax = syntax;
    }

    static CommandRegistry registry(Session session, Shell shell) {
        var commands = new HashSet<Command>();
        shell.parser().commands().forEach(syntax -> commands.add(new SpringCommand(session, syntax)));
        commands.add(new SpringCommand(session, OTHER));
        return new CommandRegistry(commands);
    }

    /** Finds the command by our own grammar and hands the words on untouched. */
    static CommandParser parser(Parser parser) {
        return line -> {
            List<String> words = Words.split(line).words();
            String name =
                    parser.parse(words) instanceof Line.Run run ? run.syntax().name() : OTHER.name();
            var input = ParsedInput.builder().commandName(name);
            for (int i = 0; i < words.size(); i++) {
                input.addArgument(new CommandArgument(i, words.get(i)));
            }
            return input.build();
        };
    }

    @Override
    public String getName() {
        return syntax.name();
    }

    @Override
    public String getDescription() {
        return syntax.about();
    }

    @Override
    public String getGroup() {
        return "Espalier";
    }

    /** Always ends well for Spring Shell: what went wrong has been said in our own words. */
    @Override
    public ExitStatus execute(CommandContext context) {
        session.run(context.parsedInput().arguments().stream()
                .map(CommandArgument::value)
                .toList());
        return ExitStatus.OK;
    }
}
