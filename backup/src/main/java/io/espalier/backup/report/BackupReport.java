package io.espalier.backup.report;

import java.util.List;
import java.util.Optional;

/**
 * All kinds of one host.
 *
 * <pre>
 * {"auid": "web-1", "mysql": {"local": "ok", "push": "ok", "bytes": 1234, "snapshot": "3f9a...",
 *  "verifiedAt": "2026-03-01T03:15:20Z", "lastOkAt": "2026-03-01T03:15:31Z"}}
 * </pre>
 */
public record BackupReport(String auid, List<KindReport> kinds) {
    public BackupReport {
        kinds = List.copyOf(kinds);
    }

    public String toJson() {
        var json = new StringBuilder("{\"auid\": ").append(quoted(auid));
        for (KindReport kind : kinds) {
            json.append(", ").append(quoted(kind.kind())).append(": {");
            json.append("\"local\": ").append(quoted(kind.local().word()));
            json.append(", \"push\": ").append(quoted(kind.push().word()));
            kind.bytes().ifPresent(bytes -> json.append(", \"bytes\": ").append(bytes));
            text(json, "snapshot", kind.snapshot());
            text(json, "verifiedAt", kind.verifiedAt().map(Object::toString));
            text(json, "lastOkAt", kind.lastOkAt().map(Object::toString));
            text(json, "error", kind.error());
            json.append('}');
        }
        return json.append('}').toString();
    }

    private static void text(StringBuilder json, String name, Optional<String> value) {
        value.ifPresent(
                text -> json.append(", ").append(quoted(name)).append(": ").append(quoted(text)));
    }

    private static String quoted(String text) {
        var json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
