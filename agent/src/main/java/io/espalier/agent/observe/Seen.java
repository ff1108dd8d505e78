package io.espalier.agent.observe;

import io.espalier.agent.fs.Entry;
import io.espalier.protocol.Digest;
import java.util.Optional;

/**
 * What was seen at a path.
 *
 * @param content digest of a file's bytes; empty for anything else
 * @param target where a link points to; empty for anything else
 */
public record Seen(Entry entry, Optional<Digest> content, Optional<String> target) {}
