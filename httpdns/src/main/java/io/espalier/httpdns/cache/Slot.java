package io.espalier.httpdns.cache;

import io.espalier.httpdns.answer.Subnet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answers for several networks, which is rare: one answer alone is held as it is. Pure, so that the rules of scopes
 * are tested as values.
 *
 * @param answers the narrowest first, at most {@link #SCOPES} and one without a scope; never empty
 */
record Slot(List<Kept> answers) implements Held {
    /** Networks a name and type: a client who could name any number could otherwise flush the cache. */
    static final int SCOPES = 64;

    Slot {
        answers = List.copyOf(answers);
    }

    @Override
    public int weight() {
        return answers.stream().mapToInt(each -> each.weight() + 8).sum() + 40;
    }

    static List<Kept> answers(@Nullable Held held) {
        return switch (held) {
            case null -> List.of();
            case Kept kept -> List.of(kept);
            case Slot slot -> slot.answers;
        };
    }

    /** What is held once {@code added} has come: it takes the place of an answer of the same scope and of failures. */
    static Held with(@Nullable Held held, Kept added, long now) {
        if (held == null || (held instanceof Kept old && (replaces(added, old) || !old.isUsable(now)))) {
            return added;
        }
        var answers = new ArrayList<Kept>();
        for (var old : answers(held)) {
            if (old.isUsable(now) && !replaces(added, old)) {
                answers.add(old);
            }
        }
        answers.add(added);
        answers.sort(Comparator.comparingInt(
                each -> each.scope() == null ? 0 : -1 - each.scope().prefix()));
        if (answers.stream().filter(each -> each.scope() != null).count() > SCOPES) {
            answers.stream()
                    .filter(each -> each.scope() != null && each != added)
                    .min(Comparator.comparingLong(Kept::freshUntil))
                    .ifPresent(answers::remove);
        }
        return answers.size() == 1 ? added : new Slot(answers);
    }

    private static boolean replaces(Kept added, Kept old) {
        return old.failures() > 0
                || (added.scope() == null ? old.scope() == null : added.scope().equals(old.scope()));
    }

    /** What is held without the answers that suit this client; null for nothing. */
    static @Nullable Held without(Held held, @Nullable Subnet client) {
        var answers = new ArrayList<>(answers(held));
        answers.removeIf(each -> each.suits(client));
        return switch (answers.size()) {
            case 0 -> null;
            case 1 -> answers.getFirst();
            default -> new Slot(answers);
        };
    }
}
