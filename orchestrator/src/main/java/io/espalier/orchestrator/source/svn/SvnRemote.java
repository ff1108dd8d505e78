package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.git.SshRemotes;
import io.espalier.protocol.Reason;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;
import org.tmatesoft.svn.core.SVNAuthenticationException;
import org.tmatesoft.svn.core.SVNDepth;
import org.tmatesoft.svn.core.SVNDirEntry;
import org.tmatesoft.svn.core.SVNErrorCode;
import org.tmatesoft.svn.core.SVNErrorMessage;
import org.tmatesoft.svn.core.SVNException;
import org.tmatesoft.svn.core.SVNNodeKind;
import org.tmatesoft.svn.core.SVNProperties;
import org.tmatesoft.svn.core.SVNPropertyValue;
import org.tmatesoft.svn.core.SVNRevisionProperty;
import org.tmatesoft.svn.core.SVNURL;
import org.tmatesoft.svn.core.internal.io.dav.DAVRepositoryFactory;
import org.tmatesoft.svn.core.internal.io.dav.http.IHTTPConnection;
import org.tmatesoft.svn.core.internal.io.dav.http.IHTTPConnectionFactory;
import org.tmatesoft.svn.core.internal.io.fs.FSRepositoryFactory;
import org.tmatesoft.svn.core.internal.io.svn.SVNRepositoryFactoryImpl;
import org.tmatesoft.svn.core.io.ISVNSession;
import org.tmatesoft.svn.core.io.SVNRepository;
import org.tmatesoft.svn.core.io.SVNRepositoryFactory;

/**
 * The other side of a mirror. The connection is kept between looks, so that one at a source that did not change is one
 * small request; a connection that went away in between is made once more. Used by one thread at a time.
 */
final class SvnRemote implements AutoCloseable {

    static {
        // Neither the account's own settings nor a sign-in by Kerberos or NTLM
        System.setProperty("svnkit.http.methods", "Digest,Basic");
        SVNRepositoryFactoryImpl.setup(new SvnConnectors());
        DAVRepositoryFactory.setup(new SameServer());
        FSRepositoryFactory.setup();
    }

    /** A folder as it was at a revision: when it, or anything in it, last changed. */
    record Folder(long revision, Instant at, String author) {}

    private static final Set<SVNErrorCode> GONE = Set.of(
            SVNErrorCode.RA_SVN_CONNECTION_CLOSED,
            SVNErrorCode.RA_SVN_IO_ERROR,
            SVNErrorCode.RA_DAV_REQUEST_FAILED,
            SVNErrorCode.RA_SVN_MALFORMED_DATA,
            SVNErrorCode.IO_ERROR);
    private static final Set<SVNErrorCode> SIGN_IN = Set.of(
            SVNErrorCode.RA_NOT_AUTHORIZED,
            SVNErrorCode.RA_DAV_FORBIDDEN,
            SVNErrorCode.AUTHZ_ROOT_UNREADABLE,
            SVNErrorCode.AUTHZ_UNREADABLE);
    private static final Set<SVNErrorCode> ABSENT = Set.of(
            SVNErrorCode.FS_NOT_FOUND,
            SVNErrorCode.FS_NO_SUCH_REVISION,
            SVNErrorCode.FS_NOT_DIRECTORY,
            SVNErrorCode.RA_DAV_PATH_NOT_FOUND,
            SVNErrorCode.RA_SVN_REPOS_NOT_FOUND,
            SVNErrorCode.RA_LOCAL_REPOS_NOT_FOUND,
            SVNErrorCode.RA_LOCAL_REPOS_OPEN_FAILED,
            SVNErrorCode.RA_ILLEGAL_URL);
    private static final int MAX_FOLDERS = 100_000;

    private final String url;
    private final SVNURL root;
    private final SvnSession session;
    private final Duration limit;
    private @Nullable SVNRepository repository;

    /** @throws SourceException with {@code malformed} if {@code url} is not allowed */
    SvnRemote(String url, RemoteAccess access, Duration limit) {
        this.url = url;
        this.limit = limit;
        URIish uri = access.parse(url);
        this.session = new SvnSession(uri, access);
        try {
            this.root = SVNURL.parseURIEncoded(url);
        } catch (SVNException e) {
            throw new SourceException(Reason.MALFORMED, url + ": not a URL of a Subversion repository", e);
        }
        if (!List.of("svn", "svn+ssh", "http", "https", "file").contains(RemoteAccess.schemeOf(uri))) {
            throw new SourceException(
                    Reason.MALFORMED, url + ": not a URL of a Subversion repository (expected: svn, svn+ssh or https)");
        }
    }

    /** The library follows redirects; one to another server ends here, before anything is sent there. */
    private static final class SameServer implements IHTTPConnectionFactory {

        @Override
        public IHTTPConnection createHTTPConnection(SVNRepository repository) throws SVNException {
            SVNURL to = repository.getLocation();
            if (!(repository.getAuthenticationManager() instanceof SvnSession session) || !session.isFor(to)) {
                throw new SVNException(SVNErrorMessage.create(
                        SVNErrorCode.RA_DAV_RELOCATED, "it redirects to another server; name that one in the URL"));
            }
            return DEFAULT.createHTTPConnection(repository);
        }

        @Override
        public boolean useSendAllForDiff(SVNRepository repository) throws SVNException {
            return DEFAULT.useSendAllForDiff(repository);
        }
    }

    @FunctionalInterface
    private interface Asking<T> {
        T ask(SVNRepository repository) throws SVNException;
    }

    long latest() {
        return ask("", SVNRepository::getLatestRevision);
    }

    String uuid() {
        return ask("", open -> open.getRepositoryUUID(true));
    }

    /** Empty if there is nothing at {@code path}. */
    Optional<Folder> folder(String path, long revision) {
        SVNDirEntry found = ask(path, open -> open.info("", revision));
        if (found == null || found.getKind() == SVNNodeKind.NONE) {
            return Optional.empty();
        }
        if (found.getKind() != SVNNodeKind.DIR) {
            throw new SourceException(Reason.INVALID_REVISION, shown(path) + " is a file (expected: a folder)");
        }
        return Optional.of(new Folder(found.getRevision(), found.getDate().toInstant(), text(found.getAuthor())));
    }

    /** The names of the folders in one. */
    List<String> folders(String path, long revision) {
        return ask(path, open -> {
            var names = new ArrayList<String>();
            open.getDir("", revision, null, SVNDirEntry.DIRENT_KIND, entry -> {
                boolean isInside = entry.getName() != null && !entry.getName().isEmpty();
                if (isInside && entry.getKind() == SVNNodeKind.DIR && names.size() < MAX_FOLDERS) {
                    names.add(entry.getName());
                }
            });
            return names;
        });
    }

    /** When a revision was made and why. */
    record Told(Optional<Instant> at, String message) {}

    Told told(long revision) {
        SVNProperties properties = ask("", open -> open.getRevisionProperties(revision, null));
        SVNPropertyValue at = properties.getSVNPropertyValue(SVNRevisionProperty.DATE);
        SVNPropertyValue message = properties.getSVNPropertyValue(SVNRevisionProperty.LOG);
        return new Told(
                at == null ? Optional.empty() : SvnMirror.instant(text(SVNPropertyValue.getPropertyAsString(at))),
                message == null ? "" : text(SVNPropertyValue.getPropertyAsString(message)));
    }

    /** Has {@code editor} told what leads from {@code before}, or from nothing, to {@code revision} of a folder. */
    void update(String path, OptionalLong before, long revision, TreeEditor editor) {
        ask(path, open -> {
            try {
                open.update(
                        revision,
                        "",
                        SVNDepth.INFINITY,
                        false,
                        reporter -> {
                            reporter.setPath("", null, before.orElse(revision), SVNDepth.INFINITY, before.isEmpty());
                            reporter.finishReport();
                        },
                        editor);
            } catch (SVNException e) {
                SourceException refusal = editor.refusal();
                if (refusal != null) {
                    throw new Given(refusal);
                }
                throw e;
            }
            return "";
        });
    }

    /** Carries one of ours through the library's own. */
    private static final class Given extends SVNException {

        private static final long serialVersionUID = 1L;

        private final SourceException refusal;

        Given(SourceException refusal) {
            super(SVNErrorMessage.create(SVNErrorCode.CANCELLED));
            this.refusal = refusal;
        }
    }

    private <T> T ask(String path, Asking<T> asking) {
        boolean reused = repository != null;
        try {
            return once(path, asking);
        } catch (SVNException e) {
            close();
            if (!reused || !isGone(e) || session.isOver()) {
                throw failure(path, e);
            }
        }
        try {
            return once(path, asking);
        } catch (SVNException e) {
            close();
            throw failure(path, e);
        }
    }

    private <T> T once(String path, Asking<T> asking) throws SVNException {
        try (AutoCloseable _ = session.limit(limit)) {
            SVNURL at = path.isEmpty() ? root : root.appendPath(path, false);
            SVNRepository open = repository;
            if (open == null) {
                if (!root.getProtocol().equals("file")) {
                    session.guard().check(root.getHost());
                }
                open = SVNRepositoryFactory.create(at, ISVNSession.KEEP_ALIVE);
                open.setAuthenticationManager(session);
                open.setCanceller(session);
                repository = open;
            } else if (!open.getLocation().equals(at)) {
                open.setLocation(at, false);
            }
            return asking.ask(open);
        } catch (SVNException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            session.refuse(e);
            throw new SVNException(SVNErrorMessage.create(SVNErrorCode.RA_SVN_IO_ERROR, e), e);
        }
    }

    /** Whether the connection is not there any more, which says nothing of the question. */
    private static boolean isGone(SVNException e) {
        return GONE.contains(e.getErrorMessage().getRootErrorMessage().getErrorCode());
    }

    private SourceException failure(String path, SVNException e) {
        if (e instanceof Given ours) {
            return ours.refusal;
        }
        if (session.isOver()) {
            return failure(Reason.TIMED_OUT, path, "it took longer than " + limit, e);
        }
        Exception refused = session.refused();
        for (Throwable cause = refused == null ? e : refused; cause != null; cause = next(cause)) {
            Reason reason = reason(cause);
            if (reason != Reason.FETCH_FAILED) {
                return failure(reason, path, String.valueOf(cause.getMessage()), e);
            }
        }
        return failure(reason(e.getErrorMessage()), path, e.getErrorMessage().getFullMessage(), e);
    }

    private static @Nullable Throwable next(Throwable cause) {
        if (cause.getCause() != null) {
            return cause.getCause();
        }
        // The library's own may hold one another
        Throwable inner = cause instanceof SVNException svn
                ? svn.getErrorMessage().getRootErrorMessage().getCause()
                : null;
        return inner instanceof SVNException ? null : inner;
    }

    private static Reason reason(Throwable cause) {
        return switch (cause) {
            case SshRemotes.Refused refused -> refused.reason();
            case SvnConnectors.NoKey _ -> Reason.AUTH_FAILED;
            case SourceException ours -> ours.reason();
            case AddressGuard.Refused _ -> Reason.MALFORMED;
            case CertificateException _, SSLException _ -> Reason.CERTIFICATE_REFUSED;
            case SocketTimeoutException _ -> Reason.TIMED_OUT;
            case UnknownHostException _, ConnectException _, NoRouteToHostException _ -> Reason.UNREACHABLE;
            case SshException ssh
            when ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE ->
                Reason.AUTH_FAILED;
            default -> Reason.FETCH_FAILED;
        };
    }

    private static Reason reason(SVNErrorMessage message) {
        for (SVNErrorMessage one = message; one != null; one = one.getChildErrorMessage()) {
            SVNErrorCode code = one.getErrorCode();
            if (code.isAuthentication() || SIGN_IN.contains(code)) {
                return Reason.AUTH_FAILED;
            }
            if (ABSENT.contains(code)) {
                return Reason.INVALID_REVISION;
            }
        }
        return Reason.FETCH_FAILED;
    }

    private SourceException failure(Reason reason, String path, String message, Exception e) {
        boolean signIn = e instanceof SVNAuthenticationException && reason == Reason.FETCH_FAILED;
        return new SourceException(
                signIn ? Reason.AUTH_FAILED : reason, shown(path) + ": " + message.replaceAll("\\p{Cc}+", " "), e);
    }

    private String shown(String path) {
        return path.isEmpty() ? url : url + (url.endsWith("/") ? "" : "/") + path;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    @Override
    public void close() {
        SVNRepository open = repository;
        repository = null;
        if (open != null) {
            open.closeSession();
        }
    }
}
