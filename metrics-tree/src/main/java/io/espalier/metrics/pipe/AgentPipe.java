package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.KeyHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code br,chrome,32} and {@code os,linux}. Each text is looked at once, as long as it is remembered. */
final class AgentPipe implements Pipe {
    private static final int REMEMBERED = 1 << 15;
    private static final int MAX_LENGTH = 512;

    private final byte[][] texts = new byte[REMEMBERED][];
    private final int[] families = new int[REMEMBERED];
    private final Map<UserAgent, Integer> ids = new HashMap<>();
    private final List<UserAgent> agents = new ArrayList<>();
    private long[] counts = new long[64];

    @Override
    public void process(LogRecord line) {
        if (!line.has(Field.AGENT)) {
            return;
        }
        byte[] bytes = line.bytes();
        int from = line.from(Field.AGENT);
        int length = Math.min(line.to(Field.AGENT) - from, MAX_LENGTH);
        int slot = KeyHash.of(bytes, from, length) & REMEMBERED - 1;
        byte[] text = texts[slot];
        if (text == null || !Arrays.equals(text, 0, text.length, bytes, from, from + length)) {
            texts[slot] = Arrays.copyOfRange(bytes, from, from + length);
            UserAgent agent = UserAgent.of(decoded(new String(bytes, from, length, StandardCharsets.UTF_8)));
            int id = ids.computeIfAbsent(agent, _ -> agents.size());
            if (id == agents.size()) {
                agents.add(agent);
                counts = Arrays.copyOf(counts, Math.max(counts.length, agents.size() * 2));
            }
            families[slot] = id;
        }
        counts[families[slot]]++;
    }

    /** W3C logs write a plus for a space, Amazon's are percent-encoded, once or twice. */
    private static String decoded(String text) {
        if (text.indexOf(' ') >= 0) {
            return text;
        }
        return text.replace("%25", "%").replace("%20", " ").replace('+', ' ').replace("%3B", ";");
    }

    @Override
    public void flush(Batch batch) {
        for (int i = 0; i < agents.size(); i++) {
            if (counts[i] > 0) {
                UserAgent agent = agents.get(i);
                batch.enter("br");
                batch.enter(agent.browser());
                if (agent.version().isEmpty()) {
                    batch.number((double) counts[i]);
                } else {
                    Pipes.one(batch, agent.version(), counts[i]);
                }
                batch.leave();
                batch.leave();
                batch.enter("os");
                Pipes.one(batch, agent.os(), counts[i]);
                batch.leave();
                counts[i] = 0;
            }
        }
        if (agents.size() > 4096) {
            // Somebody makes versions up: start again.
            agents.clear();
            ids.clear();
            Arrays.fill(texts, null);
        }
    }
}
