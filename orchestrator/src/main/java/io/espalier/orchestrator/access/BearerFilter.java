package io.espalier.orchestrator.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.web.filter.OncePerRequestFilter;

/** {@code Authorization: Bearer TOKEN}: the request is the token's, or it is refused. */
final class BearerFilter extends OncePerRequestFilter {

    private static final String SCHEME = "Bearer ";

    private final SignIns signIns;
    private final AuthenticationEntryPoint refusal;

    BearerFilter(SignIns signIns, AuthenticationEntryPoint refusal) {
        this.signIns = signIns;
        this.refusal = refusal;
    }

    static boolean hasToken(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String token = request.getHeader(HttpHeaders.AUTHORIZATION)
                .substring(SCHEME.length())
                .strip();
        Optional<Caller> caller = signIns.byToken(token);
        if (caller.isEmpty()) {
            refusal.commence(request, response, new BadCredentialsException("no such token; it may have been revoked"));
            return;
        }
        SecurityContextHolder.setContext(new SecurityContextImpl(new CallerAuthentication(caller.get())));
        chain.doFilter(request, response);
    }

    /** An asynchronous answer, such as an event stream, is still the same request. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }
}
