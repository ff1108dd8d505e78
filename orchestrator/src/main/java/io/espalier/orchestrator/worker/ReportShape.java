package io.espalier.orchestrator.worker;

import io.espalier.orchestrator.worker.WorkerException.Reason;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What reports look like. Keys that are not known are kept and not looked at; those that are must be of their type.
 * Numbers may be written as texts, as the first agents did.
 */
final class ReportShape {

    private static final int MAX_DEPTH = 12;
    private static final int MAX_VALUES = 5_000;
    private static final int MAX_NAME = 200;
    private static final int MAX_TEXT = 20_000;

    private ReportShape() {}

    /**
     * The same object, found right.
     *
     * @throws WorkerException naming the path of what is not
     */
    static ObjectNode checked(String auid, ReportKind kind, JsonNode body) {
        if (!(body instanceof ObjectNode report)) {
            throw malformed("", "an object", body);
        }
        int[] left = {MAX_VALUES};
        bound(report, "", 0, left);
        JsonNode said = report.get("auid");
        if (said != null && !(said.isString() && said.stringValue().equals(auid))) {
            throw malformed("auid", '"' + auid + '"', said);
        }
        switch (kind) {
            case STATUS -> status(report);
            case BACKUP -> report.properties().forEach(ReportShape::backup);
            case SERVICE -> service(report);
            case SYSINFO -> sysinfo(report);
            case DRIFT -> drift(report);
        }
        return report;
    }

    private static void bound(JsonNode node, String path, int depth, int[] left) {
        if (depth > MAX_DEPTH) {
            throw new WorkerException(Reason.TOO_LARGE, path + ": deeper than " + MAX_DEPTH + " levels");
        }
        if (left[0]-- == 0) {
            throw new WorkerException(Reason.TOO_LARGE, path + ": more than " + MAX_VALUES + " values in one report");
        }
        if (node.isString() && node.stringValue().length() > MAX_TEXT) {
            throw new WorkerException(Reason.TOO_LARGE, path + ": a text of more than " + MAX_TEXT + " characters");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String name = entry.getKey();
            if (name.length() > MAX_NAME) {
                throw new WorkerException(Reason.TOO_LARGE, path + ": a name of more than " + MAX_NAME + " characters");
            }
            bound(entry.getValue(), below(path, name), depth + 1, left);
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                bound(node.get(i), path + "[" + i + "]", depth + 1, left);
            }
        }
    }

    private static void status(ObjectNode report) {
        text(report, "", "hostname");
        text(report, "", "ipaddr");
        JsonNode tags = report.get("tags");
        if (tags == null || tags.isString()) {
            return;
        }
        if (!tags.isArray()) {
            throw malformed("tags", "a text, or a list of texts", tags);
        }
        for (int i = 0; i < tags.size(); i++) {
            if (!tags.get(i).isString()) {
                throw malformed("tags[" + i + "]", "a text", tags.get(i));
            }
        }
    }

    /** Each key but those that say who and when is a job. */
    private static void backup(Map.Entry<String, JsonNode> job) {
        if (job.getValue().isObject()) {
            text(job.getValue(), job.getKey(), "local");
            text(job.getValue(), job.getKey(), "push");
        } else if (job.getValue().isArray() || job.getValue().isBoolean()) {
            throw malformed(job.getKey(), "an object such as {\"local\": \"ok\", \"push\": \"ok\"}", job.getValue());
        }
    }

    private static void service(ObjectNode report) {
        JsonNode services = report.get("service");
        if (services == null) {
            throw new WorkerException(Reason.MALFORMED, "service: missing (expected: an object of services)");
        }
        if (!services.isObject()) {
            throw malformed("service", "an object of services", services);
        }
        services.properties().forEach(one -> {
            String path = below("service", one.getKey());
            if (one.getValue().isObject()) {
                text(one.getValue(), path, "state");
            } else if (!one.getValue().isString()) {
                throw malformed(path, "a word such as \"ok\", or an object with \"state\"", one.getValue());
            }
        });
    }

    private static void sysinfo(ObjectNode report) {
        for (String group : new String[] {"disk", "mem", "cpu"}) {
            JsonNode values = report.get(group);
            if (values == null) {
                continue;
            }
            if (!values.isObject()) {
                throw malformed(group, "an object of numbers", values);
            }
            for (String name : new String[] {"used", "free", "sys"}) {
                JsonNode value = values.get(name);
                if (value != null && number(value).isEmpty()) {
                    throw malformed(below(group, name), "a number", value);
                }
            }
        }
    }

    private static void drift(ObjectNode report) {
        JsonNode drifted = report.get("drifted");
        if (drifted != null && number(drifted).isEmpty()) {
            throw malformed("drifted", "a number", drifted);
        }
        JsonNode paths = report.get("paths");
        if (paths != null && !paths.isArray()) {
            throw malformed("paths", "a list", paths);
        }
    }

    private static void text(JsonNode in, String path, String name) {
        JsonNode value = in.get(name);
        if (value != null && !value.isString()) {
            throw malformed(below(path, name), "a text", value);
        }
    }

    /** Of a number, a truth, or a text that is a number. */
    static Optional<Double> number(JsonNode value) {
        if (value.isNumber()) {
            return finite(value.doubleValue());
        }
        if (!value.isString() || value.stringValue().length() > 40) {
            return Optional.empty();
        }
        try {
            return finite(Double.parseDouble(value.stringValue().strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Double> finite(double number) {
        return Double.isFinite(number) ? Optional.of(number) : Optional.empty();
    }

    private static String below(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static WorkerException malformed(String path, String expected, JsonNode found) {
        String what = found.toString();
        String shown = what.length() > 60 ? what.substring(0, 59) + "…" : what;
        return new WorkerException(
                Reason.MALFORMED, (path.isEmpty() ? "" : path + ": ") + shown + " (expected: " + expected + ")");
    }
}
