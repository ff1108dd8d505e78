package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.SourceName;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.http.server.GitServlet;
import org.eclipse.jgit.http.server.UploadPackErrorHandler;
import org.eclipse.jgit.http.server.resolver.AsIsFileService;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.UploadPack;
import org.eclipse.jgit.transport.resolver.ServiceNotEnabledException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Smart HTTP for the hosted repositories, to be mapped to {@code /git/*}. A caller whom no filter before it has signed in
 * is asked for a name and password, or a token, by HTTP Basic: git speaks nothing else.
 */
public final class HostedGitServlet extends GitServlet {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(HostedGitServlet.class);
    private static final String USER = HostedGitServlet.class.getName() + ".user";
    private static final String PUSH = "/git-receive-pack";
    private static final String HIDDEN = "refs/espalier/";
    private static final int TIMEOUT_SECONDS = 60;
    private static final long MAX_COMMAND_BYTES = 1 << 20;

    private final transient HostedRepositories repositories;
    private final transient GitAccess access;
    private final transient PushSession.Handling handling;

    public HostedGitServlet(
            HostedRepositories repositories,
            GitAccess access,
            PushCheck check,
            PushFollower follower,
            HostedSources sources,
            PushRules rules) {
        this.access = access;
        this.handling = new PushSession.Handling(check, follower, sources, rules);
        this.repositories = repositories;
        setRepositoryResolver((_, path) -> open(path));
        setAsIsFileService(AsIsFileService.DISABLED);
        setUploadPackFactory(HostedGitServlet::upload);
        setUploadPackErrorHandler(HostedGitServlet::serve);
        setReceivePackFactory(this::receive);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        // Where a filter before this one has signed the caller in, that counts
        Optional<String> user =
                Optional.ofNullable(request.getRemoteUser()).or(() -> signedIn(request.getHeader("Authorization")));
        if (user.isEmpty()) {
            response.setHeader("WWW-Authenticate", "Basic realm=\"espalier\", charset=\"UTF-8\"");
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
            return;
        }
        request.setAttribute(USER, user.get());
        String path = String.valueOf(request.getPathInfo());
        if (request.getMethod().equals("POST") && path.endsWith(PUSH)) {
            push(path.substring(1, path.length() - PUSH.length()), request, response);
        } else {
            super.service(request, response);
        }
    }

    private void push(String path, HttpServletRequest request, HttpServletResponse response) throws IOException {
        try (Repository repository = open(path)) {
            ReceivePack receive = receive(request, repository);
            new PushExchange(handling.rules().limits().time()).run(receive, request, response);
        } catch (RepositoryNotFoundException _) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } catch (ServiceNotEnabledException e) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN, e.getMessage());
        }
    }

    private Repository open(String path) throws RepositoryNotFoundException {
        Repository repository =
                nameOf(path).flatMap(repositories::find).orElseThrow(() -> new RepositoryNotFoundException(path));
        repository.incrementOpen();
        return repository;
    }

    private Optional<String> signedIn(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        int space = header.indexOf(' ');
        String scheme = space < 0 ? "" : header.substring(0, space).toLowerCase(Locale.ROOT);
        String value = header.substring(space + 1).strip();
        if (scheme.equals("bearer")) {
            return access.userFor("", value);
        }
        if (!scheme.equals("basic")) {
            return Optional.empty();
        }
        try {
            String pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? Optional.empty() : access.userFor(pair.substring(0, colon), pair.substring(colon + 1));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<SourceName> nameOf(String path) {
        String name = path.endsWith(".git") ? path.substring(0, path.length() - ".git".length()) : path;
        return name.matches("[a-z0-9][a-z0-9-]{0,63}") ? Optional.of(new SourceName(name)) : Optional.empty();
    }

    /** A client that speaks nonsense or goes away is its own affair, not an error of this process. */
    private static void serve(
            HttpServletRequest request, HttpServletResponse response, UploadPackErrorHandler.UploadPackRunnable clone)
            throws IOException {
        try {
            clone.upload();
        } catch (IOException e) {
            LOG.atInfo()
                    .addKeyValue("path", request.getPathInfo())
                    .addKeyValue("why", String.valueOf(e.getMessage()))
                    .log("clone or fetch broken off");
            if (!response.isCommitted()) {
                response.reset();
                response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            }
        }
    }

    private static UploadPack upload(HttpServletRequest request, Repository repository) {
        var upload = new UploadPack(repository);
        String protocol = request.getHeader("Git-Protocol");
        if (protocol != null) {
            upload.setExtraParameters(List.of(protocol.split(":")));
        }
        upload.setTimeout(TIMEOUT_SECONDS);
        upload.setRefFilter(HostedGitServlet::visible);
        return upload;
    }

    private ReceivePack receive(HttpServletRequest request, Repository repository) throws ServiceNotEnabledException {
        SourceName name = nameOf(repository.getDirectory().getName())
                .orElseThrow(() -> new ServiceNotEnabledException("not a hosted repository"));
        String user = String.valueOf(request.getAttribute(USER));
        if (!access.mayPush(user, name)) {
            return refuse(request, repository, user + " may not push to " + name);
        }
        PushRules rules = handling.rules();
        var objects = new ObjectFindings();
        var session = new PushSession(name, user, repository, objects, handling);
        var receive = new ReceivePack(repository);
        receive.setTimeout(TIMEOUT_SECONDS);
        receive.setRefLogIdent(new PersonIdent(user, user + "@" + request.getRemoteAddr()));
        receive.setRefFilter(HostedGitServlet::visible);
        receive.setAllowPushOptions(true);
        receive.setObjectChecker(objects);
        receive.setMaxCommandBytes(MAX_COMMAND_BYTES);
        receive.setMaxObjectSizeLimit(rules.limits().objectBytes());
        receive.setPreReceiveHook(session);
        receive.setPostReceiveHook(session);
        return receive;
    }

    /** Git shows the reason only where it asks for refs, which it does first; elsewhere it shows a bare 403. */
    private static ReceivePack refuse(HttpServletRequest request, Repository repository, String why)
            throws ServiceNotEnabledException {
        if (!request.getMethod().equals("GET")) {
            throw new ServiceNotEnabledException(why);
        }
        var refusing = new ReceivePack(repository);
        refusing.sendError(why);
        return refusing;
    }

    private static Map<String, Ref> visible(Map<String, Ref> refs) {
        return refs.entrySet().stream()
                .filter(ref -> !ref.getKey().startsWith(HIDDEN))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
