package io.espalier.orchestrator.access;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.core.context.DeferredSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;

/** Keeps a browser signed in by a cookie that names one of {@link Sessions}. */
final class SessionCookies implements SecurityContextRepository {

    private static final String NAME = "espalier-session";

    private final Sessions sessions;

    SessionCookies(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public DeferredSecurityContext loadDeferredContext(HttpServletRequest request) {
        return new Deferred(request);
    }

    @Override
    @SuppressWarnings("deprecation")
    public SecurityContext loadContext(HttpRequestResponseHolder holder) {
        return load(holder.getRequest());
    }

    /** With somebody signed in: a new session; with nobody: the end of the one there is. */
    @Override
    public void saveContext(SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
        secret(request).ifPresent(sessions::end);
        if (context.getAuthentication() instanceof CallerAuthentication signedIn) {
            String secret = sessions.begin(signedIn.caller().user());
            response.addHeader(HttpHeaders.SET_COOKIE, cookie(request, secret, Sessions.LASTS));
        } else {
            response.addHeader(HttpHeaders.SET_COOKIE, cookie(request, "", Duration.ZERO));
        }
    }

    @Override
    public boolean containsContext(HttpServletRequest request) {
        return secret(request).isPresent();
    }

    private SecurityContext load(HttpServletRequest request) {
        return secret(request)
                .flatMap(sessions::callerOf)
                .<SecurityContext>map(caller -> new SecurityContextImpl(new CallerAuthentication(caller)))
                .orElseGet(SecurityContextHolder::createEmptyContext);
    }

    /** A {@code __Host-} cookie cannot be set by another host of the domain, but needs https. */
    private static String name(HttpServletRequest request) {
        return request.isSecure() ? "__Host-" + NAME : NAME;
    }

    private static Optional<String> secret(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return cookies == null
                ? Optional.empty()
                : Arrays.stream(cookies)
                        .filter(cookie -> cookie.getName().equals(name(request)))
                        .map(Cookie::getValue)
                        .filter(value -> !value.isEmpty())
                        .findFirst();
    }

    private static String cookie(HttpServletRequest request, String value, Duration age) {
        return ResponseCookie.from(name(request), value)
                .path("/")
                .httpOnly(true)
                .sameSite("Lax")
                .secure(request.isSecure())
                .maxAge(age)
                .build()
                .toString();
    }

    private final class Deferred implements DeferredSecurityContext {

        private final HttpServletRequest request;
        private boolean isNew;
        private @org.jspecify.annotations.Nullable SecurityContext context;

        Deferred(HttpServletRequest request) {
            this.request = request;
        }

        @Override
        public SecurityContext get() {
            if (context == null) {
                context = load(request);
                isNew = context.getAuthentication() == null;
            }
            return context;
        }

        @Override
        public boolean isGenerated() {
            get();
            return isNew;
        }
    }
}
