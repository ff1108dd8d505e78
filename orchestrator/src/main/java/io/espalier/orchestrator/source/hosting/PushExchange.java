package io.espalier.orchestrator.source.hosting;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.errors.UnpackException;
import org.eclipse.jgit.http.server.ServletUtils;
import org.eclipse.jgit.transport.ReceivePack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of a push. In place of JGit's servlet, which keeps up to 32 kB of the answer back, where a pusher waits for
 * lines, and fills the log with a stack trace for each pack that is refused.
 *
 * @param patience how long the rest of a refused pack is read and thrown away; git reads the refusal only once it has
 *     sent everything
 */
record PushExchange(Duration patience) {

    static final String REQUEST = "application/x-git-receive-pack-request";
    static final String RESULT = "application/x-git-receive-pack-result";

    private static final Logger LOG = LoggerFactory.getLogger(PushExchange.class);

    void run(ReceivePack push, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!REQUEST.equals(request.getContentType())) {
            response.sendError(HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE);
            return;
        }
        push.setBiDirectionalPipe(false);
        response.setContentType(RESULT);
        response.setHeader("Cache-Control", "no-cache, max-age=0, must-revalidate");
        OutputStream out = response.getOutputStream();
        try {
            push.receive(ServletUtils.getInputStream(request), out, null);
        } catch (UnpackException | PackProtocolException | CorruptObjectException e) {
            LOG.atInfo()
                    .addKeyValue("path", request.getPathInfo())
                    .addKeyValue(
                            "why",
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage())
                    .log("push refused");
            discard(request.getInputStream());
        } catch (IOException e) {
            LOG.atInfo()
                    .addKeyValue("path", request.getPathInfo())
                    .addKeyValue("why", String.valueOf(e.getMessage()))
                    .log("push broken off");
            if (!response.isCommitted()) {
                response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
            return;
        }
        out.flush();
    }

    private void discard(InputStream rest) {
        long deadline = System.nanoTime() + patience.toNanos();
        byte[] buffer = new byte[1 << 16];
        try {
            while (rest.read(buffer) >= 0 && System.nanoTime() - deadline < 0) {
                // Nothing is kept of it
            }
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the pusher has gone");
        }
    }
}
