package io.espalier.metrics.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whole subtrees of the first level with their policies, written by whoever holds {@link #lock}. A top-level
 * subtree never spans shards, so its quota and its {@code ~other} are in one place.
 */
@SuppressWarnings("OperatorPrecedence")
final class Shard {
    static final byte[] OTHER = "~other".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SELF = MetricTree.SELF.getBytes(StandardCharsets.UTF_8);
    private static final int ADD = Action.ADD.code();
    static final int OTHER_HASH = KeyHash.of(OTHER);
    /** Leaves that {@code ~other} itself may have beyond a full quota, so that folded metrics stay apart. */
    static final int OTHER_LEAVES = 256;

    private static final int SLICE = 64;
    private static final int DIRTY_MAX = 1 << 20;

    final Turns lock = new Turns();

    final NodeStore store = new NodeStore();
    private final View view = store.view;
    private final Map<Integer, Rooted> policies = new HashMap<>();
    private final int maxTopLevel;
    private final int rootMaxLeaves;

    /** What happened here since somebody looked; written under the lock. */
    final Tally tally = new Tally();

    int[] dirty = new int[64];
    int dirtyCount;
    /** That changed nodes are handed out by {@link #drain}, and so none of them may be forgotten. */
    private boolean isForwarding;
    /** That more nodes changed than {@link #dirty} names. */
    private boolean isDirtyFull;

    private boolean isWatchingAll;
    private final List<byte[]> watched = new ArrayList<>();

    // The walk in progress.
    private int[] enters = new int[8];
    private int[] at = new int[9];
    private int depth;
    private int resolved;
    private boolean isWatched;

    /** A policy at its node and the leaves below it. */
    private static final class Rooted {
        Policy policy;
        boolean isPinned;
        int leaves;

        Rooted(Policy policy) {
            this.policy = policy;
        }
    }

    Shard(Policy root, int maxTopLevel) {
        this.maxTopLevel = maxTopLevel;
        policies.put(0, new Rooted(root.withMaxLeaves(Integer.MAX_VALUE)));
        rootMaxLeaves = root.maxLeaves();
        store.flags(0, Values.POLICY, 0);
    }

    int leaves() {
        return rooted(0).leaves;
    }

    // --- Merging ---

    /**
     * Merges from the ENTER of a top-level name up to its LEAVE, with the lock held.
     *
     * @param overflow takes what finds no room for its top-level name
     */
    void merge(Batch batch, int from, int to, Defaults defaults, Batch overflow) {
        depth = 0;
        resolved = 0;
        at[0] = 0;
        isWatched = false;
        int since = 0;
        for (int op = from; op < to; ) {
            switch (batch.ops[op]) {
                case Batch.ENTER -> {
                    enter(op);
                    op += Batch.ENTER_WORDS;
                }
                case Batch.LEAVE -> {
                    depth--;
                    resolved = Math.min(resolved, depth);
                    op++;
                }
                case Batch.HINT -> {
                    defaults.hint = batch.ops[op + 1];
                    op += 2;
                }
                case Batch.STAMP -> {
                    long stamp = batch.longs[batch.ops[op + 1]];
                    defaults.stamp = stamp == 0 ? defaults.received : stamp;
                    op += 2;
                }
                case Batch.NUMBER, Batch.TEXT, Batch.CELL, Batch.STATE -> {
                    value(batch, op, defaults, overflow);
                    op += batch.ops[op] == Batch.NUMBER || batch.ops[op] == Batch.CELL ? 2 : 3;
                    if (++since == SLICE) {
                        since = 0;
                        giveWay();
                    }
                }
                default -> throw new IllegalStateException("op " + batch.ops[op]);
            }
        }
    }

    /** Lets a waiting reader in. Nodes may be gone afterwards, so the walk finds them again. */
    private void giveWay() {
        if (lock.isWanted()) {
            // Another writer uses the same fields meanwhile.
            int[] steps = enters.clone();
            int walked = depth;
            lock.giveWay();
            enters = steps;
            at = new int[steps.length + 1];
            depth = walked;
            resolved = 0;
            at[0] = 0;
        }
    }

    private void enter(int op) {
        if (depth == enters.length) {
            enters = Arrays.copyOf(enters, depth * 2);
            at = Arrays.copyOf(at, depth * 2 + 1);
        }
        enters[depth++] = op;
    }

    private void value(Batch batch, int op, Defaults defaults, Batch overflow) {
        if (depth == 0) {
            tally.drop("no-name", "a value without a name");
            return;
        }
        int found = resolve(batch, overflow, op);
        if (found == View.NONE) {
            return;
        }
        int[] ops = batch.ops;
        int node = place(found, sent(batch, op, defaults));
        boolean wasLeaf = view.isLeaf(node);
        boolean isNew = switch (ops[op]) {
            case Batch.NUMBER -> number(node, Double.longBitsToDouble(batch.longs[ops[op + 1]]), defaults);
            case Batch.STATE -> state(node, Action.of(ops[op + 1]), batch.longs, ops[op + 2], defaults);
            case Batch.TEXT -> text(node, batch, op, defaults);
            default -> cell(node, batch.cells.get(ops[op + 1]), defaults);
        };
        tally.merges++;
        if (isNew && !wasLeaf) {
            count(node, 1);
        }
        if (isWatched && (store.flags(node, Values.DIRTY, 0) & Values.DIRTY) == 0) {
            if (dirtyCount == DIRTY_MAX) {
                if (isForwarding) {
                    isDirtyFull = true;
                } else {
                    store.flags(node, 0, Values.DIRTY);
                    tally.lostChanges++;
                }
            } else {
                if (dirtyCount == dirty.length) {
                    dirty = Arrays.copyOf(dirty, dirtyCount * 2);
                }
                dirty[dirtyCount++] = node;
            }
        }
    }

    /** The code of the action that a value's sender means; 0 for a text that is no value. */
    private static int sent(Batch batch, int op, Defaults defaults) {
        int hint = defaults.hint == 0 ? ADD : defaults.hint;
        return switch (batch.ops[op]) {
            case Batch.NUMBER -> hint;
            case Batch.STATE -> batch.ops[op + 1];
            case Batch.TEXT -> hint == Action.UNIQUE.code() || hint == Action.TOP.code() ? hint : 0;
            default -> batch.cells.get(batch.ops[op + 1]).action().code();
        };
    }

    /** Where a value goes that came for {@code node}, which may be of another action than its sender means. */
    private int place(int node, int sent) {
        int held = view.flags(node) & Values.ACTION;
        if (held == 0 || sent == 0 || held == sent || !isInOther(node)) {
            return node;
        }
        return apart(node, policyAt(node).action().orElse(Action.of(sent)));
    }

    /**
     * What was folded has company that nobody chose: sums and distributions may come to one node, and there each
     * needs a place of its own, or neither could be told any more.
     */
    private int apart(int node, Action action) {
        if (fits(node, action)) {
            return node;
        }
        byte[] name = ("~" + action.word()).getBytes(StandardCharsets.UTF_8);
        int child = view.child(node, name);
        if (child != View.NONE) {
            return child;
        }
        int top = node;
        while (view.parent(top) != 0) {
            top = view.parent(top);
        }
        boolean hasRoom = rooted(top).leaves < (long) quota(top) + OTHER_LEAVES;
        int other = Arrays.equals(view.name(top), OTHER) ? top : childOf(top, OTHER, 0, OTHER.length, OTHER_HASH);
        int at = hasRoom ? node : other;
        return fits(at, action) ? at : childOf(at, name, 0, name.length, KeyHash.of(name));
    }

    private boolean fits(int node, Action action) {
        int held = view.flags(node) & Values.ACTION;
        return held == 0 || held == action.code();
    }

    private boolean number(int node, double value, Defaults defaults) {
        Action action = actionOf(node, defaults.hint);
        return switch (action) {
            case ADD, MIN, MAX -> store.merge(node, action, value, 0);
            case AVERAGE -> store.merge(node, action, value, 1);
            case LAST -> store.merge(node, action, value, defaults.stamp);
            case SET -> store.merge(node, action, value, defaults.received);
            case SKETCH, UNIQUE, TOP -> {
                boolean isNew = !view.hasValue(node);
                switch (store.cell(node, action)) {
                    case Sketch sketch -> sketch.add(value);
                    case Unique unique -> unique.add(plain(value));
                    case Top top -> top.add(plain(value), 1);
                }
                yield isNew;
            }
        };
    }

    private boolean state(int node, Action sent, long[] longs, int index, Defaults defaults) {
        double raw = Double.longBitsToDouble(longs[index]);
        long aux = longs[index + 1];
        Action action = actionOf(node, sent.code());
        if (action == sent) {
            return store.merge(node, action, raw, aux);
        }
        return number(node, sent == Action.AVERAGE && aux != 0 ? raw / aux : raw, defaults);
    }

    private boolean cell(int node, Cell sent, Defaults defaults) {
        Action action = actionOf(node, sent.action().code());
        if (action == sent.action()) {
            boolean isNew = !view.hasValue(node);
            store.cell(node, action).merge(sent);
            return isNew;
        }
        return number(node, sent.number(), defaults);
    }

    private boolean text(int node, Batch batch, int op, Defaults defaults) {
        int offset = batch.ops[op + 1];
        int length = batch.ops[op + 2];
        Action action = actionOf(node, defaults.hint);
        if (action == Action.UNIQUE || action == Action.TOP) {
            boolean isNew = !view.hasValue(node);
            switch (store.cell(node, action)) {
                case Unique unique -> unique.add(batch.bytes, offset, length);
                case Top top -> top.add(new String(batch.bytes, offset, length, StandardCharsets.UTF_8), 1);
                case Sketch _ -> throw new IllegalStateException("a sketch below " + action);
            }
            return isNew;
        }
        boolean isNew = !view.isLeaf(node);
        store.mark(node, Markers.of(defaults.stamp, new String(batch.bytes, offset, length, StandardCharsets.UTF_8)));
        return isNew;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    /** A leaf keeps the action it was made with. */
    private Action actionOf(int node, int hint) {
        int code = view.flags(node) & Values.ACTION;
        if (code != 0) {
            return Action.of(code);
        }
        Optional<Action> set = policyAt(node).action();
        return set.orElseGet(() -> hint == 0 ? Action.ADD : Action.of(hint));
    }

    // --- Finding and making nodes ---

    private int resolve(Batch batch, Batch overflow, int op) {
        int node = at[resolved];
        for (int i = resolved; i < depth; i++) {
            int[] ops = batch.ops;
            int step = enters[i];
            int child = view.child(node, batch.bytes, ops[step + 1], ops[step + 2], ops[step + 3]);
            if (child == View.NONE) {
                return grow(batch, i, node, overflow, op);
            }
            arrive(i, child, ops[step + 4]);
            node = child;
        }
        return node;
    }

    private void arrive(int i, int node, int action) {
        at[i + 1] = node;
        resolved = i + 1;
        if (i == 0) {
            isWatched = (view.flags(node) & Values.WATCHED) != 0;
        }
        if (action != 0) {
            Policy policy = policyAt(node);
            if (policy.action().isEmpty() || policy.action().get().code() != action) {
                setPolicy(node, policy.with(Action.of(action)));
            }
        }
    }

    /** The rest of the path from step {@code i} on is not there yet. */
    private int grow(Batch batch, int i, int from, Batch overflow, int op) {
        if (from == 0 && view.children(0) >= maxTopLevel && !isOther(batch, 0)) {
            tally.fold("top-level", () -> path(batch));
            overflow.enter(OTHER, 0, OTHER.length, OTHER_HASH);
            for (int k = 1; k < depth; k++) {
                copyStep(batch, k, overflow);
            }
            copyValue(batch, op, overflow);
            for (int k = 0; k < depth; k++) {
                overflow.leave();
            }
            return View.NONE;
        }
        int full = fullQuota(from);
        if (full != View.NONE) {
            tally.fold("leaves", () -> path(batch));
            return other(batch, full);
        }
        int node = from;
        boolean isFolded = false;
        for (int k = i; k < depth; k++) {
            int step = enters[k];
            int child = isFolded
                    ? view.child(node, batch.bytes, batch.ops[step + 1], batch.ops[step + 2], batch.ops[step + 3])
                    : View.NONE;
            if (child == View.NONE
                    && node != 0
                    && view.children(node) >= policyAt(node).maxChildren()) {
                if (!isFolded) {
                    tally.fold("children", () -> path(batch));
                }
                isFolded = true;
                child = childOf(node, OTHER, 0, OTHER.length, OTHER_HASH);
            } else if (child == View.NONE) {
                child = make(node, batch.bytes, batch.ops[step + 1], batch.ops[step + 2], batch.ops[step + 3]);
            }
            if (!isFolded) {
                arrive(k, child, batch.ops[step + 4]);
            }
            node = child;
        }
        return node;
    }

    /** The path below the full node, with {@code ~other} in place of its first step; at last {@code ~other} alone. */
    private int other(Batch batch, int full) {
        int top = 0;
        while (at[top] != full) {
            top++;
        }
        int other = childOf(full, OTHER, 0, OTHER.length, OTHER_HASH);
        int node = other;
        boolean hasRoom = rooted(full).leaves < (long) quota(full) + OTHER_LEAVES;
        for (int k = top + 1; k < depth; k++) {
            int step = enters[k];
            int child = view.child(node, batch.bytes, batch.ops[step + 1], batch.ops[step + 2], batch.ops[step + 3]);
            if (child == View.NONE && !hasRoom) {
                return other;
            }
            node = child != View.NONE
                    ? child
                    : make(node, batch.bytes, batch.ops[step + 1], batch.ops[step + 2], batch.ops[step + 3]);
        }
        return node;
    }

    private int quota(int node) {
        return Math.min(rooted(node).policy.maxLeaves(), rootMaxLeaves);
    }

    /** Takes a top-level subtree's key, leaves and quota. */
    interface Room {
        void of(String key, int leaves, int quota);
    }

    void subtrees(Room room) {
        for (int node = view.first(0); node != View.NONE; node = view.next(node)) {
            room.of(Paths.of(view, node), rooted(node).leaves, quota(node));
        }
    }

    private int fullQuota(int from) {
        for (int node = from; node != 0; node = view.parent(node)) {
            if ((view.flags(node) & Values.POLICY) != 0 && rooted(node).leaves >= quota(node)) {
                return node;
            }
        }
        return View.NONE;
    }

    private int childOf(int node, byte[] name, int offset, int length, int hash) {
        int child = view.child(node, name, offset, length, hash);
        return child != View.NONE ? child : make(node, name, offset, length, hash);
    }

    int make(int parent, byte[] name, int offset, int length, int hash) {
        int node = store.create(parent, name, offset, length, hash);
        if (parent == 0) {
            setPolicy(
                    node,
                    new Policy(
                            Optional.empty(),
                            policyAt(0).maxChildren(),
                            rootMaxLeaves,
                            policyAt(0).ttl()));
            if (policyAt(0).action().isPresent()) {
                setPolicy(node, policyAt(node).with(policyAt(0).action().get()));
            }
            if ((isForwarding && !Arrays.equals(view.name(node), SELF))
                    || isWatchingAll
                    || watched.stream().anyMatch(name0 -> Arrays.equals(name0, view.name(node)))) {
                store.flags(node, Values.WATCHED, 0);
            }
        }
        return node;
    }

    private boolean isOther(Batch batch, int k) {
        int step = enters[k];
        return batch.ops[step + 3] == OTHER_HASH && batch.ops[step + 2] == OTHER.length;
    }

    private void copyStep(Batch batch, int k, Batch to) {
        int step = enters[k];
        int enter = to.enter(batch.bytes, batch.ops[step + 1], batch.ops[step + 2], batch.ops[step + 3]);
        to.ops[enter + 4] = batch.ops[step + 4];
    }

    private static void copyValue(Batch batch, int op, Batch to) {
        int a = batch.ops[op + 1];
        switch (batch.ops[op]) {
            case Batch.NUMBER -> to.number(Double.longBitsToDouble(batch.longs[a]));
            case Batch.STATE -> {
                int index = batch.ops[op + 2];
                to.state(Action.of(a), Double.longBitsToDouble(batch.longs[index]), batch.longs[index + 1]);
            }
            case Batch.TEXT -> to.text(batch.bytes, a, batch.ops[op + 2]);
            default -> to.cell(batch.cells.get(a));
        }
    }

    private String path(Batch batch) {
        var names = new ArrayList<String>();
        for (int k = 0; k < depth; k++) {
            int step = enters[k];
            names.add(new String(batch.bytes, batch.ops[step + 1], batch.ops[step + 2], StandardCharsets.UTF_8));
        }
        return Paths.join(names);
    }

    // --- Policies ---

    private Rooted rooted(int node) {
        Rooted rooted = policies.get(node);
        if (rooted == null) {
            throw new IllegalStateException("node " + node + " is marked as having a policy");
        }
        return rooted;
    }

    Policy policyAt(int from) {
        int node = from;
        while ((view.flags(node) & Values.POLICY) == 0) {
            node = view.parent(node);
        }
        return rooted(node).policy;
    }

    void setPolicy(int node, Policy policy) {
        Rooted held = policies.get(node);
        if (held != null) {
            held.policy = policy;
            return;
        }
        var rooted = new Rooted(policy);
        rooted.leaves = leavesBelow(node);
        policies.put(node, rooted);
        store.flags(node, Values.POLICY, 0);
    }

    private int leavesBelow(int top) {
        int count = 0;
        int node = top;
        while (true) {
            count += view.isLeaf(node) ? 1 : 0;
            int next = view.first(node);
            while (next == View.NONE) {
                if (node == top) {
                    return count;
                }
                next = view.next(node);
                node = next == View.NONE ? view.parent(node) : node;
            }
            node = next;
        }
    }

    int rootMaxLeaves() {
        return rootMaxLeaves;
    }

    /** Of a node that had one in a snapshot; empty if it is gone since. Takes the lock. */
    Optional<Policy> lockedPolicy(int node) {
        lock.lock();
        try {
            return Optional.ofNullable(policies.get(node)).map(rooted -> rooted.policy);
        } finally {
            lock.unlock();
        }
    }

    /** Before the node has children; its leaves are told to {@link #restored} later. */
    void restorePolicy(int node, Policy policy) {
        setPolicy(node, policy);
        rooted(node).leaves = 0;
    }

    /** Leaves that came with a checkpoint, below a node with a policy of its own. */
    void restored(int node, int leaves) {
        rooted(node).leaves += leaves;
    }

    private void count(int leaf, int by) {
        int node = leaf;
        int below = leaf;
        while (true) {
            if ((view.flags(node) & Values.POLICY) != 0) {
                rooted(node).leaves += by;
            }
            if (node == 0) {
                break;
            }
            below = view.parent(node) == 0 ? node : below;
            node = view.parent(node);
        }
        if (by > 0) {
            tally.grew(below);
        }
    }

    // --- Going away ---

    /** Takes out the expired children of all nodes from {@code from} on; answers where to go on, 0 at the end. */
    int sweep(int from, int howMany) {
        int to = Math.min(from + howMany, view.size);
        for (int node = from; node < to; node++) {
            if (view.children(node) > 0) {
                sweepBelow(node);
            }
        }
        return to == view.size ? 0 : to;
    }

    private void sweepBelow(int parent) {
        if (isInOther(parent)) {
            return;
        }
        int previous = View.NONE;
        for (int node = view.first(parent); node != View.NONE; ) {
            int next = view.next(node);
            if (view.first(node) == View.NONE && isExpired(node)) {
                expire(node, previous);
            } else {
                previous = node;
            }
            node = next;
        }
    }

    /** Whoever set a policy here meant it for what is yet to come. */
    private boolean isPinned(int node) {
        return (view.flags(node) & Values.POLICY) != 0 && rooted(node).isPinned;
    }

    void pin(int node) {
        rooted(node).isPinned = true;
    }

    private boolean isExpired(int node) {
        if (isPinned(node)) {
            return false;
        }
        if (!view.isLeaf(node)) {
            return true;
        }
        long ttl = policyAt(node).ttl().toSeconds();
        return ttl > 0
                && store.now - view.touched(node) >= ttl
                && (view.flags(node) & Values.DIRTY) == 0
                && !Arrays.equals(view.name(node), OTHER);
    }

    private boolean isInOther(int from) {
        for (int node = from; node != 0; node = view.parent(node)) {
            if (Arrays.equals(view.name(node), OTHER)) {
                return true;
            }
        }
        return false;
    }

    private void expire(int node, int previous) {
        if (view.isLeaf(node)) {
            tally.expired++;
            count(node, -1);
            Action action = view.action(node).orElse(Action.ADD);
            if (view.hasValue(node) && action.folds()) {
                int other = otherOf(node);
                if (other != View.NONE) {
                    int into = apart(other, action);
                    boolean isNew;
                    Optional<Cell> cell = view.cell(node);
                    if (cell.isPresent()) {
                        isNew = !view.hasValue(into);
                        store.cell(into, action).merge(cell.get());
                    } else {
                        isNew = store.merge(into, action, view.raw(node), view.aux(node));
                    }
                    if (isNew) {
                        count(into, 1);
                    }
                }
            }
        }
        policies.remove(node);
        store.remove(node, previous == View.NONE || view.next(previous) != node ? before(node) : previous);
    }

    /** Making {@code ~other} puts a new child in front, so a remembered neighbour may be wrong. */
    private int before(int node) {
        int previous = View.NONE;
        for (int child = view.first(view.parent(node)); child != node; child = view.next(child)) {
            previous = child;
        }
        return previous;
    }

    /** Where a leaf's value goes when the leaf goes: its path with ~other for the step below its top-level name. */
    private int otherOf(int leaf) {
        var steps = new ArrayList<byte[]>();
        int node = leaf;
        while (view.parent(node) != 0) {
            steps.add(view.name(node));
            node = view.parent(node);
            if (node == 0) {
                return View.NONE;
            }
        }
        if (steps.isEmpty()) {
            return View.NONE;
        }
        int other = childOf(node, OTHER, 0, OTHER.length, OTHER_HASH);
        boolean hasRoom = rooted(node).leaves < (long) quota(node) + OTHER_LEAVES;
        int into = other;
        for (int i = steps.size() - 2; i >= 0; i--) {
            byte[] name = steps.get(i);
            int child = view.child(into, name);
            if (child == View.NONE && !hasRoom) {
                return other;
            }
            into = child != View.NONE ? child : make(into, name, 0, name.length, KeyHash.of(name));
        }
        return into;
    }

    // --- Watching ---

    void watch(boolean all, List<byte[]> topLevel) {
        isWatchingAll = all;
        watched.clear();
        watched.addAll(topLevel);
        for (int node = view.first(0); node != View.NONE; node = view.next(node)) {
            int top = node;
            boolean is = all || watched.stream().anyMatch(name -> Arrays.equals(name, view.name(top)));
            store.flags(node, is ? Values.WATCHED : 0, is ? 0 : Values.WATCHED);
        }
    }

    // --- Sending on ---

    void forward() {
        isForwarding = true;
    }

    /** Hands out all that came in since the last time, and keeps of it only where it was and its action. */
    long drain(MetricTree.Drain drain) {
        long count = dirtyCount;
        for (int i = 0; i < dirtyCount; i++) {
            drain(dirty[i], drain);
        }
        dirtyCount = 0;
        if (dirty.length > 4096) {
            dirty = new int[64];
        }
        if (isDirtyFull) {
            isDirtyFull = false;
            for (int node = 1; node < view.size; node++) {
                if ((view.flags(node) & Values.DIRTY) != 0) {
                    drain(node, drain);
                    count++;
                }
            }
        }
        return count;
    }

    private void drain(int node, MetricTree.Drain drain) {
        for (DeltaWriter to : drain.to(view, node)) {
            to.leaf(this, view, node);
        }
        store.empty(node);
        if (!view.isLeaf(node)) {
            count(node, -1);
        }
    }

    /** The action that was set for this very node, by a push or a rule. */
    Optional<Action> actionSetAt(int node) {
        return (view.flags(node) & Values.POLICY) == 0
                ? Optional.empty()
                : rooted(node).policy.action();
    }
}
