package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.jspecify.annotations.Nullable;

/** The other side of a mirror: asks for refs and fetches one of them, within the rules of a {@link RemoteAccess}. */
final class Remote {

    private final Repository repository;
    private final String url;
    private final URIish uri;
    private final RemoteAccess access;
    private @Nullable SshRemotes lastSsh;
    private boolean asksDirectly;

    /** @throws SourceException with {@code malformed} if {@code url} is not allowed */
    Remote(Repository repository, String url, RemoteAccess access) {
        this.repository = repository;
        this.url = url;
        this.access = access;
        this.uri = access.parse(url);
        this.asksDirectly = RemoteAccess.schemeOf(uri).startsWith("http");
    }

    /** The refs under {@code prefixes}; a remote that cannot filter may answer with all it has. */
    Collection<Ref> refs(List<String> prefixes) {
        if (asksDirectly) {
            try {
                return LsRefs.ask(url, prefixes, http(), access.credentialFor(uri), access.timeout());
            } catch (LsRefs.NotUnderstood _) {
                // What is wrong, if anything is, the ordinary way says better
                Collection<Ref> refs = ordinary(prefixes);
                asksDirectly = false;
                return refs;
            } catch (IOException e) {
                throw failure(e);
            }
        }
        return ordinary(prefixes);
    }

    private Collection<Ref> ordinary(List<String> prefixes) {
        // A spec with a destination, because JGit asks only for refs that a fetch would take
        var specs = prefixes.stream()
                .map(prefix -> new RefSpec(prefix + "*:" + prefix + "*"))
                .toList();
        try (Transport transport = open();
                FetchConnection connection = transport.openFetch(specs)) {
            return connection.getRefs();
        } catch (IOException | RuntimeException e) {
            throw failure(e);
        }
    }

    /** Brings the ref {@code name} and its history here, as {@code target}. */
    void fetch(String name, String target) {
        try (Transport transport = open()) {
            transport.fetch(NullProgressMonitor.INSTANCE, List.of(new RefSpec("+" + name + ":" + target)));
        } catch (IOException | RuntimeException e) {
            throw failure(e);
        }
    }

    private Transport open() throws IOException {
        if (!RemoteAccess.schemeOf(uri).equals("file")) {
            access.guard().check(uri.getHost());
        }
        Transport transport = Transport.open(repository, uri);
        transport.setTimeout((int) Math.max(1, access.timeout().toSeconds()));
        transport.setTagOpt(TagOpt.NO_TAGS);
        transport.setObjectChecker(checker());
        Optional<Credential> credential = access.credentialFor(uri);
        transport.setCredentialsProvider(provider(credential));
        if (transport instanceof TransportHttp http) {
            http.setHttpConnectionFactory(http());
        }
        if (transport instanceof SshTransport secure) {
            secure.setSshSessionFactory(ssh(credential));
        }
        return transport;
    }

    private GuardedHttp http() {
        return new GuardedHttp(access.guard(), access.credentialFor(uri).flatMap(Credential::certificates));
    }

    private SshRemotes ssh(Optional<Credential> credential) {
        Credential known = credential
                .filter(one -> one.keyFile().isPresent() && one.knownHosts().isPresent())
                .orElseThrow(() -> new SourceException(
                        Reason.AUTH_FAILED,
                        url + ": no credential with a key file and a known_hosts file covers this URL"));
        SshRemotes sessions =
                new SshRemotes(known.keyFile().orElseThrow(), known.knownHosts().orElseThrow(), access.guard());
        lastSsh = sessions;
        return sessions;
    }

    /** Old histories hold harmless slips of old tools, for which a whole repository should not be refused. */
    private static ObjectChecker checker() {
        return new ObjectChecker().setAllowLeadingZeroFileMode(true).setAllowInvalidPersonIdent(true);
    }

    private static CredentialsProvider provider(Optional<Credential> credential) {
        return credential
                .filter(known -> known.secret().isPresent())
                .<CredentialsProvider>map(known -> new UsernamePasswordCredentialsProvider(
                        known.user().orElse("git"), known.secret().orElseThrow()))
                .orElseGet(() -> new UsernamePasswordCredentialsProvider("", ""));
    }

    private SourceException failure(Exception e) {
        if (e instanceof SourceException known) {
            return known;
        }
        SshRemotes.Refused refusedHost = lastSsh == null ? null : lastSsh.refused();
        if (refusedHost != null) {
            return new SourceException(refusedHost.reason(), url + ": " + refusedHost.getMessage(), e);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            Reason reason = switch (cause) {
                case PackRefused refused -> refused.reason();
                case TooLargeObjectInPackException _ -> Reason.TOO_LARGE;
                case CorruptObjectException _ -> Reason.INVALID_REVISION;
                case AddressGuard.Refused _, NotSupportedException _ -> Reason.MALFORMED;
                case UnknownHostException _, ConnectException _ -> Reason.UNREACHABLE;
                case SocketTimeoutException _ -> Reason.TIMED_OUT;
                case SSLHandshakeException _ -> Reason.CERTIFICATE_REFUSED;
                case SshException ssh
                when ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE ->
                    Reason.AUTH_FAILED;
                default -> Reason.FETCH_FAILED;
            };
            if (reason != Reason.FETCH_FAILED) {
                return new SourceException(reason, url + ": " + cause.getMessage(), e);
            }
        }
        String message = String.valueOf(e.getMessage());
        boolean unauthorised = e instanceof TransportException && message.contains("not authorized");
        return new SourceException(unauthorised ? Reason.AUTH_FAILED : Reason.FETCH_FAILED, withUrl(message), e);
    }

    private String withUrl(String message) {
        return message.contains(url) ? message : url + ": " + message;
    }
}
