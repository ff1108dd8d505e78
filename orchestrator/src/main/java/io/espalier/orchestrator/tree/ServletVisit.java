package io.espalier.orchestrator.tree;

import io.espalier.metrics.web.Visit;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** A request of this web server, as the tree wants to see it. */
record ServletVisit(HttpServletRequest request, HttpServletResponse response) implements Visit {

    private static final String FORM = "application/x-www-form-urlencoded";

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String target() {
        String query = request.getQueryString();
        return query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query;
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    /** A form of a page was read before us, by whoever looked for its token: then it is written once more. */
    @Override
    public InputStream body() throws IOException {
        InputStream body = request.getInputStream();
        String type = request.getContentType();
        if (type == null || !type.startsWith(FORM) || request.getMethod().equals("GET")) {
            return body;
        }
        var peeked = new PushbackInputStream(body);
        int first = peeked.read();
        if (first >= 0) {
            peeked.unread(first);
            return peeked;
        }
        return new ByteArrayInputStream(formAgain().getBytes(StandardCharsets.UTF_8));
    }

    private String formAgain() {
        Map<String, Integer> inQuery = new HashMap<>();
        String query = request.getQueryString();
        if (query != null) {
            for (String part : query.split("&", -1)) {
                int equals = part.indexOf('=');
                String name = URLDecoder.decode(equals < 0 ? part : part.substring(0, equals), StandardCharsets.UTF_8);
                inQuery.merge(name, 1, Integer::sum);
            }
        }
        var form = new StringJoiner("&");
        request.getParameterMap().forEach((name, values) -> {
            for (int i = inQuery.getOrDefault(name, 0); i < values.length; i++) {
                form.add(URLEncoder.encode(name, StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(values[i], StandardCharsets.UTF_8));
            }
        });
        return form.toString();
    }

    @Override
    public OutputStream answer(int status, Map<String, String> headers) throws IOException {
        response.setStatus(status);
        headers.forEach(response::setHeader);
        return response.getOutputStream();
    }
}
