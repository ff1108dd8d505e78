package io.espalier.metrics.ingest;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.wire.BadWireException;
import io.espalier.metrics.wire.SyslogMessage;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Syslog messages: counted as {@code syslog,HOST,APP,SEVERITY}, and what web servers send at notice or below is
 * an access log, each sender with a format of its own.
 */
final class SyslogSink implements Sink {
    /** Programs whose messages at notice, info and debug are access logs. */
    private static final Set<String> WEB_SERVERS = Set.of(
            "nginx", "httpd", "apache", "apache2", "lighttpd", "haproxy", "caddy", "traefik", "varnishncsa", "squid");

    private static final int NOTICE = 5;
    private static final int BATCH = 4096;
    private static final int LOGS = 256;

    private final Intake intake;
    private final Rejects rejects;
    private final Batch batch = new Batch();
    private final Map<String, LogSink> logs = new HashMap<>();

    SyslogSink(Intake intake) {
        this.intake = intake;
        rejects = new Rejects(intake.tree());
    }

    @Override
    public void datagram(byte[] bytes, int from, int to) {
        message(bytes, from, to);
    }

    @Override
    public void message(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r' || bytes[end - 1] == 0)) {
            end--;
        }
        if (end == from) {
            return;
        }
        try {
            take(bytes, SyslogMessage.parse(bytes, from, end));
        } catch (BadWireException e) {
            rejects.add("bad-syslog", String.valueOf(e.getMessage()), bytes, from, end);
        }
        if (batch.leaves() >= BATCH) {
            flush();
        }
    }

    private void take(byte[] bytes, SyslogMessage message) {
        batch.hint(Action.ADD);
        batch.add(1, "syslog", message.host(), message.app(), message.severityName());
        if (message.severity() >= NOTICE && WEB_SERVERS.contains(message.app()) && message.to() > message.from()) {
            String sender = message.host() + ' ' + message.app();
            String key = logs.containsKey(sender) || logs.size() < LOGS ? sender : "";
            logs.computeIfAbsent(key, _ -> new LogSink(intake, true)).message(bytes, message.from(), message.to());
        }
    }

    @Override
    public void flush() {
        if (!batch.isEmpty()) {
            intake.tree().merge(batch);
        }
        batch.clear();
        logs.values().forEach(LogSink::flush);
        rejects.flush();
    }
}
