package io.espalier.orchestrator.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.web.filter.OncePerRequestFilter;

/** {@code Authorization: Bearer TOKEN}: the request is the token's, or it is refused. */
final class BearerFilter extends OncePerRequestFilter {

    private static final String SCHEME = "Bearer ";

    private final Function<String, Optional<Caller>> tokens;
    private final AuthenticationEntryPoint refusal;

    /** @param tokens who stands behind a token */
    BearerFilter(Function<String, Optional<Caller>> tokens, AuthenticationEntryPoint refusal) {
        this.tokens = tokens;
        this.refusal = refusal;
    }

    static boolean hasToken(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    static boolean hasAgentToken(HttpServletRequest request) {
        return hasToken(request) && tokenOf(request).startsWith(AgentTokens.PREFIX);
    }

    private static String tokenOf(HttpServletRequest request) {
        return request.getHeader(HttpHeaders.AUTHORIZATION)
                .substring(SCHEME.length())
                .strip();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Caller> caller = tokens.apply(tokenOf(request));
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
