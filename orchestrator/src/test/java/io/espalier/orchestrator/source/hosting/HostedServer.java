package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.WantedRef;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;

/** The hosted git server on a port of its own; the fleet behind it is what a test says. User ann, password secret. */
public final class HostedServer implements AutoCloseable {

    /** Held, because a logger that nobody holds forgets its level. */
    private static final Logger QUIET = Logger.getLogger("org.apache");

    interface Follow {
        void follow(SourceName source, Commit commit, Consumer<String> lines);
    }

    public final HostedRepositories repositories;
    final List<SourceName> pushed = new CopyOnWriteArrayList<>();
    volatile BiFunction<SourceName, Snapshot, List<Finding>> check = (_, _) -> List.of();
    volatile Follow follow = (source, commit, lines) ->
            lines.accept(source + " " + commit.revision().abbreviated() + " applied");
    volatile WantedRef wanted = WantedRef.of("main", Optional.empty());
    private final Tomcat tomcat = new Tomcat();

    public HostedServer(Path folder) throws Exception {
        this(folder, PushRules.DEFAULT);
    }

    HostedServer(Path folder, PushRules rules) throws Exception {
        repositories = new HostedRepositories(folder.resolve("git"), rules.limits());
        var servlet = new HostedGitServlet(
                repositories,
                new Ann(),
                (source, snapshot) -> check.apply(source, snapshot),
                new Told(),
                new Fleet(),
                rules);
        tomcat.setBaseDir(folder.resolve("tomcat").toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        QUIET.setLevel(Level.SEVERE);
        var context = (StandardContext) tomcat.addContext("", null);
        context.setClearReferencesRmiTargets(false);
        context.setClearReferencesThreadLocals(false);
        Tomcat.addServlet(context, "git", servlet);
        context.addServletMappingDecoded("/git/*", "git");
        tomcat.start();
    }

    public String url(String repository) {
        return "http://ann:secret@127.0.0.1:" + port() + "/git/" + repository + ".git";
    }

    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    @Override
    public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        repositories.close();
    }

    private static final class Ann implements GitAccess {
        @Override
        public Optional<String> userFor(String name, String secretOrToken) {
            boolean known = (name.equals("ann") || name.equals("reader")) && secretOrToken.equals("secret");
            return known ? Optional.of(name) : Optional.empty();
        }

        @Override
        public boolean mayPush(String user, SourceName repository) {
            return user.equals("ann");
        }
    }

    private final class Told implements PushFollower {
        @Override
        public void plan(SourceName source, Snapshot candidate, Consumer<String> lines) {
            lines.accept("plan for " + source + ": " + candidate.paths());
        }

        @Override
        public void follow(SourceName source, Commit commit, Consumer<String> lines) {
            follow.follow(source, commit, lines);
        }
    }

    private final class Fleet implements HostedSources {
        @Override
        public List<Following> following(SourceName repository) {
            return List.of(new Following(repository, wanted));
        }

        @Override
        public void pushed(SourceName repository) {
            pushed.add(repository);
        }
    }
}
