package io.espalier.orchestrator.access;

import io.espalier.orchestrator.store.Lead;
import java.util.EnumSet;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;

/** Makes the first user on an empty database. */
final class FirstUser implements ApplicationRunner {

    private final Users users;
    private final Tokens tokens;
    private final AccessProperties properties;
    private final Lead lead;

    FirstUser(Users users, Tokens tokens, AccessProperties properties, Lead lead) {
        this.users = users;
        this.tokens = tokens;
        this.properties = properties;
        this.lead = lead;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        lead.whenHeld(this::make);
    }

    private void make() {
        if (!users.isEmpty()) {
            return;
        }
        String password = properties.firstPassword();
        boolean isMadeUp = password == null;
        if (password == null) {
            password = Secrets.random(15);
        }
        String name = properties.firstUser();
        var all = EnumSet.allOf(Right.class);
        users.create(name, password, all);
        String token = properties.firstToken();
        if (token != null) {
            tokens.keep(new Caller(name, "", all), "first token", all, token);
        }
        if (isMadeUp) {
            // To the terminal and not to the log, which may be kept and shipped.
            System.out.printf("first start: sign in as %s with password %s (shown this once)%n", name, password);
        }
    }
}
