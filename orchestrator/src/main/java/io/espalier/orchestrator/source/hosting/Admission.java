package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.GitContent;
import io.espalier.orchestrator.source.git.TreeCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a commit must pass before a branch of a hosted repository may point to it, whether it was pushed or made here: its
 * tree holds only what a source may hold, and every source that follows the branch can be built from it.
 */
record Admission(Repository repository, PushCheck check, PushRules rules) {

    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    /** What is wrong with {@code id}, in the order to show it; warnings are among it. */
    List<Finding> findings(ObjectId id, List<HostedSources.Following> following) {
        List<Finding> findings = new ArrayList<>(treeFindings(id));
        if (findings.isEmpty()) {
            following.forEach(one -> findings.addAll(checked(one.source(), id)));
        }
        return findings;
    }

    List<Finding> treeFindings(ObjectId id) {
        try (var walk = new RevWalk(repository)) {
            return new TreeCheck(rules.maxFiles())
                    .check(repository, walk.parseCommit(id).getTree());
        } catch (IOException e) {
            return List.of(Finding.error(id.name() + ": cannot be read as a commit: " + e.getMessage()));
        }
    }

    Snapshot snapshot(SourceName source, ObjectId id) {
        var content = new GitContent(source, repository);
        return content.snapshot(content.commit(id).revision());
    }

    private List<Finding> checked(SourceName source, ObjectId id) {
        var findings = new ArrayList<Finding>();
        try {
            boolean ended = LineRelay.run(
                    _ -> findings.addAll(check.check(source, snapshot(source, id))), _ -> {}, rules.checkTime());
            return ended
                    ? findings
                    : List.of(Finding.error(
                            "checking took more than " + rules.checkTime().toSeconds() + " s; nothing was changed"));
        } catch (SourceException e) {
            return List.of(Finding.error(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("source", source)
                    .addKeyValue("revision", id.name())
                    .setCause(e)
                    .log("refused: the check itself failed");
            return List.of(Finding.error("the check itself failed; nothing was changed (the server's log says why)"));
        }
    }
}
