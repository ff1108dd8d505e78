package io.espalier.orchestrator.enrol;

import java.nio.file.Path;
import java.util.List;

/** One thing that is done on a host to enrol it. Holds all it needs, so that it can be printed before it is done. */
sealed interface EnrolmentStep {

    /** For people, in the present participle: {@code making the deploy user}. */
    String title();

    /** A command that must end with status 0. */
    record Run(String title, List<String> arguments) implements EnrolmentStep {
        public Run {
            arguments = List.copyOf(arguments);
        }
    }

    /** A small file, put in place at once; its folder is there. */
    record Write(String title, String path, String mode, String content) implements EnrolmentStep {}

    /** A large file, put in place at once. */
    record Upload(String title, Path file, long size, String to) implements EnrolmentStep {}
}
