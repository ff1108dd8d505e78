package io.espalier.orchestrator.api;

import io.espalier.orchestrator.access.Caller;
import io.espalier.orchestrator.access.Right;
import io.espalier.orchestrator.access.Tokens;
import io.espalier.orchestrator.access.Users;
import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.audit.AuditEntry;
import io.espalier.protocol.api.AuditView;
import io.espalier.protocol.api.CreatedToken;
import io.espalier.protocol.api.UserView;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Users, tokens and what they did. */
@Component
public final class People {

    private static final int MAX_AUDIT = 1_000;

    private final Users users;
    private final Tokens tokens;
    private final Audit audit;

    People(Users users, Tokens tokens, Audit audit) {
        this.users = users;
        this.tokens = tokens;
        this.audit = audit;
    }

    public List<UserView> users() {
        return users.all().stream()
                .map(user -> new UserView(user.name(), words(user.rights())))
                .toList();
    }

    public void createUser(Caller by, String name, String password, List<String> rights) {
        users.create(name, password, parse(rights));
        audit.record(by.text(), "user.create", "user " + name, "", String.join(" ", rights));
    }

    public List<Tokens.Token> tokens(Caller caller) {
        return tokens.of(caller.user());
    }

    public CreatedToken createToken(Caller caller, String label, List<String> rights) {
        Tokens.Fresh fresh = tokens.create(caller, label, parse(rights));
        List<String> given = words(fresh.token().rights());
        audit.record(caller.text(), "token.create", "token " + label, "", String.join(" ", given));
        return new CreatedToken(fresh.token().id(), fresh.secret(), given);
    }

    public void revokeToken(Caller caller, String id) {
        if (!tokens.revoke(caller.user(), id)) {
            throw RequestRefused.notFound("you have no token '" + id + "'");
        }
        audit.record(caller.text(), "token.revoke", "token " + id, "", "");
    }

    /** The newest first. */
    public List<AuditView> audit(int limit) {
        return audit.before(Long.MAX_VALUE, Math.clamp(limit, 1, MAX_AUDIT)).stream()
                .map(People::view)
                .toList();
    }

    private static AuditView view(AuditEntry entry) {
        return new AuditView(
                entry.id(),
                entry.at(),
                entry.actor(),
                entry.action(),
                entry.subject(),
                orNull(entry.before()),
                orNull(entry.after()));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Set<Right> parse(List<String> words) {
        var rights = new LinkedHashSet<Right>();
        words.forEach(word -> rights.add(Right.parse(word)));
        return rights;
    }

    public static List<String> words(Set<Right> rights) {
        return rights.stream().sorted().map(Right::word).toList();
    }
}
