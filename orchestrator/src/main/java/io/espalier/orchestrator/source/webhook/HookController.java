package io.espalier.orchestrator.source.webhook;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /hooks/SOURCE}. Reads the raw body itself: anything before it that asks for a request parameter (a CSRF
 * filter, say) would eat the body of a form, and the signature would not fit.
 */
@RestController
public final class HookController {

    static final int MAX_BODY = 1 << 20;

    private final Hooks hooks;

    public HookController(Hooks hooks) {
        this.hooks = hooks;
    }

    @PostMapping({"/hooks/{source}", "/hooks/{source}/svn"})
    ResponseEntity<String> take(@PathVariable String source, HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > MAX_BODY) {
            return tooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            return tooLarge();
        }
        return switch (hooks.take(source, name -> Optional.ofNullable(request.getHeader(name)), body)) {
            case ACCEPTED -> answer(HttpStatus.ACCEPTED, "accepted; the source is looked at now");
            case UNSIGNED -> answer(HttpStatus.UNAUTHORIZED, "no signature or token header that is known here");
            case WRONG ->
                answer(
                        HttpStatus.FORBIDDEN,
                        "the signature fits no secret of this source (for Gitea choose the content type"
                                + " application/json)");
        };
    }

    private static ResponseEntity<String> tooLarge() {
        return answer(HttpStatus.CONTENT_TOO_LARGE, "the body is over 1 MB; the source is looked at in its interval");
    }

    private static ResponseEntity<String> answer(HttpStatus status, String text) {
        return ResponseEntity.status(status).contentType(MediaType.TEXT_PLAIN).body(text + "\n");
    }
}
