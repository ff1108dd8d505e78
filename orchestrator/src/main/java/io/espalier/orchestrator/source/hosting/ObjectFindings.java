package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Checks each pushed object and remembers what is wrong instead of breaking off, so that the refusal can come later and
 * say in which file. A refused push leaves its objects behind, unreferenced, until they are collected.
 */
final class ObjectFindings extends ObjectChecker {

    private static final int MAX = 100;

    private final Map<ObjectId, String> wrong = new LinkedHashMap<>();

    ObjectFindings() {
        setAllowLeadingZeroFileMode(true);
        setAllowInvalidPersonIdent(true);
    }

    @Override
    public void check(@Nullable AnyObjectId id, int type, byte[] raw) {
        try {
            super.check(id, type, raw);
        } catch (CorruptObjectException e) {
            if (id != null && wrong.size() < MAX) {
                wrong.put(id.copy(), String.valueOf(e.getMessage()));
            }
        }
    }

    boolean isEmpty() {
        return wrong.isEmpty();
    }

    List<Finding> asFindings() {
        var findings = new ArrayList<Finding>();
        wrong.forEach((id, message) -> findings.add(
                Finding.error(message.contains(id.name()) ? message : "object " + id.name() + ": " + message)));
        return findings;
    }
}
