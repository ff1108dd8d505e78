package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.GitContent;
import io.espalier.orchestrator.source.git.GitMirror;
import io.espalier.orchestrator.source.git.WantedRef;
import io.espalier.orchestrator.source.hosting.HostedSources.Following;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PostReceiveHook;
import org.eclipse.jgit.transport.PreReceiveHook;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;
import org.eclipse.jgit.transport.ReceivePack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One push: says what is wrong with it and refuses it, or accepts it and says how its rollout goes. Every line goes out
 * at once; git shows it as {@code remote: ...}.
 */
final class PushSession implements PreReceiveHook, PostReceiveHook {

    private static final Logger LOG = LoggerFactory.getLogger(PushSession.class);

    /** What a push is checked with and told by. */
    record Handling(PushCheck check, PushFollower follower, HostedSources sources, PushRules rules) {}

    private final SourceName repositoryName;
    private final String user;
    private final Repository repository;
    private final ObjectFindings objects;
    private final Handling handling;
    private final Admission admission;
    private PushOptions options = new PushOptions(false, false);

    PushSession(
            SourceName repositoryName, String user, Repository repository, ObjectFindings objects, Handling handling) {
        this.repositoryName = repositoryName;
        this.user = user;
        this.repository = repository;
        this.objects = objects;
        this.handling = handling;
        this.admission = new Admission(repository, handling.check(), handling.rules());
    }

    @Override
    public void onPreReceive(ReceivePack push, Collection<ReceiveCommand> commands) {
        var out = new Lines(push);
        try {
            options = PushOptions.parse(push.getPushOptions() == null ? List.of() : push.getPushOptions());
        } catch (IllegalArgumentException e) {
            out.print(String.valueOf(e.getMessage()));
            refuse(commands, "unknown push option");
            return;
        }
        if (!objects.isEmpty()) {
            List<Finding> findings = new ArrayList<>(objects.asFindings());
            commands.stream()
                    .filter(command -> command.getType() != ReceiveCommand.Type.DELETE)
                    .forEach(command -> findings.addAll(0, admission.treeFindings(command.getNewId())));
            refuse(commands, summarise(out, findings.stream().distinct().toList()));
            return;
        }
        for (ReceiveCommand command : commands) {
            if (command.getResult() == Result.NOT_ATTEMPTED) {
                consider(command, out);
            }
        }
        if (options.dryRun()) {
            refuse(commands, "dry run");
        }
    }

    private void consider(ReceiveCommand command, Lines out) {
        String ref = command.getRefName();
        if (!ref.startsWith("refs/heads/") && !ref.startsWith("refs/tags/")) {
            refuse(List.of(command), "only branches and tags can be pushed");
            return;
        }
        List<Following> following = handling.sources().following(repositoryName).stream()
                .filter(one -> one.ref().concerns(ref))
                .toList();
        if (following.isEmpty()) {
            return;
        }
        if (!handling.rules().allowRewrite() && isRewrite(command)) {
            out.print(ref + " is followed by the fleet: its history can be added to, not taken back"
                    + " (use git revert, or set espalier.sources.hosting.allow-rewrite)");
            refuse(List.of(command), "protected: no force-push, no delete");
            return;
        }
        if (command.getType() != ReceiveCommand.Type.DELETE) {
            check(command, following, out);
        }
    }

    private void check(ReceiveCommand command, List<Following> following, Lines out) {
        List<Finding> findings = admission.findings(command.getNewId(), following);
        if (findings.stream().anyMatch(Finding::refuses)) {
            refuse(List.of(command), summarise(out, findings));
            return;
        }
        summarise(out, findings);
        if (options.dryRun()) {
            following.forEach(one -> relay(
                    out,
                    one.source(),
                    lines -> handling.follower()
                            .plan(one.source(), admission.snapshot(one.source(), command.getNewId()), lines)));
        }
    }

    /** Prints them all and gives the few words for git's own summary. */
    private static String summarise(Lines out, List<Finding> findings) {
        findings.forEach(finding -> out.print((finding.refuses() ? "" : "warning: ") + finding.text()));
        long errors = findings.stream().filter(Finding::refuses).count();
        String count = errors == 1 ? "1 error" : errors + " errors";
        if (errors > 0) {
            out.print("refused: " + count + ", nothing was changed");
        }
        return count;
    }

    private boolean isRewrite(ReceiveCommand command) {
        return switch (command.getType()) {
            case CREATE -> false;
            case DELETE -> true;
            case UPDATE, UPDATE_NONFASTFORWARD -> leaves(command);
        };
    }

    /** Whether the old commit is not among the ancestors of the new one. */
    private boolean leaves(ReceiveCommand command) {
        try (var walk = new RevWalk(repository)) {
            return !walk.isMergedInto(walk.parseCommit(command.getOldId()), walk.parseCommit(command.getNewId()));
        } catch (IOException _) {
            return true;
        }
    }

    @Override
    public void onPostReceive(ReceivePack push, Collection<ReceiveCommand> commands) {
        var out = new Lines(push);
        if (commands.isEmpty()) {
            return;
        }
        List<Accepted> accepted = new ArrayList<>();
        for (ReceiveCommand command : commands) {
            LOG.atInfo()
                    .addKeyValue("repository", repositoryName)
                    .addKeyValue("ref", command.getRefName())
                    .addKeyValue("revision", command.getNewId().name())
                    .addKeyValue("user", user)
                    .log("push accepted");
            handling.sources().following(repositoryName).stream()
                    .filter(one -> one.ref().concerns(command.getRefName()))
                    .forEach(one -> accepted.add(new Accepted(one.source(), one.ref(), command)));
        }
        if (accepted.isEmpty()) {
            return;
        }
        accepted.forEach(one -> keep(one.command()));
        handling.sources().pushed(repositoryName);
        if (options.noWait()) {
            out.print("accepted; not waiting for the rollout");
            return;
        }
        accepted.stream()
                .filter(one -> one.command().getType() != ReceiveCommand.Type.DELETE)
                .forEach(one -> follow(out, one));
    }

    private record Accepted(SourceName source, WantedRef ref, ReceiveCommand command) {}

    private Optional<Commit> current(Accepted one) {
        try {
            return one.ref()
                    .choose(repository.getRefDatabase().getRefsByPrefix("refs/heads/", "refs/tags/"))
                    .map(Ref::getObjectId)
                    .map(new GitContent(one.source(), repository)::commit);
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, repositoryName + ": cannot read its refs", e);
        }
    }

    private void follow(Lines out, Accepted one) {
        Commit commit =
                new GitContent(one.source(), repository).commit(one.command().getNewId());
        if (!current(one).equals(Optional.of(commit))) {
            // A tag below the highest one, or somebody else's push came right after
            out.print("accepted; " + one.source() + " stands at another revision");
            return;
        }
        relay(out, one.source(), lines -> handling.follower().follow(one.source(), commit, lines));
    }

    private void relay(Lines out, SourceName source, Consumer<Consumer<String>> producer) {
        try {
            if (!LineRelay.run(producer, out::print, handling.rules().followTime())) {
                out.print("no longer waiting; the web pages show how " + source + " goes on");
            }
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("source", source).setCause(e).log("could not follow a push to its end");
            out.print("cannot follow further; the web pages show how " + source + " goes on");
        }
    }

    /** A commit that was rolled out once stays readable after it was force-pushed away. */
    private void keep(ReceiveCommand command) {
        if (command.getType() == ReceiveCommand.Type.CREATE || !isRewrite(command)) {
            return;
        }
        try {
            RefUpdate ref =
                    repository.updateRef(GitMirror.KEPT + command.getOldId().name());
            ref.setNewObjectId(command.getOldId());
            ref.update();
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, repositoryName + ": cannot keep the old commit", e);
        }
    }

    private static void refuse(Collection<ReceiveCommand> commands, String why) {
        for (ReceiveCommand command : commands) {
            if (command.getResult() == Result.NOT_ATTEMPTED) {
                command.setResult(Result.REJECTED_OTHER_REASON, why);
            }
        }
    }

    /** The pusher's terminal. A pusher who went away is not an error: what they pushed goes on. */
    private record Lines(ReceivePack push) {

        void print(String line) {
            try {
                OutputStream out = push.getMessageOutputStream();
                out.write((LineRelay.printable(line) + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            } catch (IOException | UncheckedIOException _) {
                LOG.atDebug().log("the pusher has gone");
            }
        }
    }
}
