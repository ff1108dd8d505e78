package io.espalier.shell.client;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;

/**
 * One method of {@link io.espalier.protocol.api.OrchestratorApi} as its annotations declare it.
 *
 * <p>Spring's own proxy reads the same annotations, but it and RestClient take 0.2 s of a command's time, for they prepare
 * every method and every kind of content beforehand; see docs/shell.md for the figures. This reads the subset that the
 * API uses and fails loudly at anything else.
 *
 * @param verb GET or POST
 * @param path and query, relative to the orchestrator's URL
 * @param body of the request, for Jackson
 * @param answer the type of the response's JSON
 */
record Endpoint(String verb, String path, @Nullable Object body, Type answer) {

    static Endpoint of(Method method, List<? extends @Nullable Object> arguments) {
        var api = method.getDeclaringClass().getAnnotation(HttpExchange.class);
        var get = method.getAnnotation(GetExchange.class);
        var post = method.getAnnotation(PostExchange.class);
        if (api == null || (get == null && post == null)) {
            throw new IllegalArgumentException(method + ": not declared as an exchange");
        }
        String path = api.value() + (get != null ? get.value() : post.value());
        var query = new StringBuilder();
        Object body = null;
        Parameter[] parameters = method.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            Parameter parameter = parameters[i];
            Object argument = arguments.get(i);
            if (parameter.isAnnotationPresent(PathVariable.class)) {
                path = path.replace("{" + parameter.getName() + "}", encode(String.valueOf(argument)));
            } else if (parameter.isAnnotationPresent(RequestParam.class)) {
                append(query, parameter.getName(), argument);
            } else if (parameter.isAnnotationPresent(RequestBody.class)) {
                body = argument;
            } else {
                throw new IllegalArgumentException(method + ": cannot send " + parameter.getName());
            }
        }
        if (path.contains("{")) {
            throw new IllegalArgumentException(method + ": no value for a part of " + path);
        }
        return new Endpoint(get != null ? "GET" : "POST", path + query, body, method.getGenericReturnType());
    }

    private static void append(StringBuilder query, String name, @Nullable Object value) {
        if (value instanceof Collection<?> many) {
            many.forEach(one -> append(query, name, one));
        } else if (value != null) {
            query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(encode(value.toString()));
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
