package io.espalier.metrics.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One shard as it was at one moment, read without locks. Nodes are numbers, 0 is the root; a node that is not
 * there is {@link #NONE}. A node may hold a value, markers and children at the same time.
 */
@SuppressWarnings("OperatorPrecedence")
public final class View {
    public static final int NONE = -1;

    static final int PARTS = 256;

    Links[] links = {};
    Values[] values = {};
    /** Open addressing: node ids by parent and key, 0 is empty. Parts grow one by one, so that none takes long. */
    int[][] edges;

    byte[][][] keys = {};
    int[][] hashes = {};
    /** Ids given out so far, free ones included. */
    int size;

    View() {
        edges = new int[PARTS][];
        Arrays.setAll(edges, _ -> new int[8]);
    }

    private View(View from) {
        links = from.links.clone();
        values = from.values.clone();
        edges = from.edges.clone();
        keys = from.keys.clone();
        hashes = from.hashes;
        size = from.size;
    }

    View frozen() {
        return new View(this);
    }

    public int child(int parent, byte[] key, int offset, int length, int hash) {
        int edge = KeyHash.edge(parent, hash);
        int[] part = edges[edge >>> 24];
        int at = home(edge, part.length);
        for (int node = part[at]; node != 0; node = part[at]) {
            Links page = links[node >>> Links.BITS];
            int i = node & Links.MASK;
            if (page.parent[i] == parent && isKey(page.key[i], key, offset, length)) {
                return node;
            }
            at = at + 1 == part.length ? 0 : at + 1;
        }
        return NONE;
    }

    public int child(int parent, byte[] key) {
        return child(parent, key, 0, key.length, KeyHash.of(key));
    }

    static int home(int edge, int length) {
        return (int) ((edge & 0xffffffL) * length >>> 24);
    }

    boolean isKey(int id, byte[] key, int offset, int length) {
        byte[] held = keys[id >>> Links.BITS][id & Links.MASK];
        return held.length == length && Arrays.equals(held, 0, length, key, offset, offset + length);
    }

    public int parent(int node) {
        return links[node >>> Links.BITS].parent[node & Links.MASK];
    }

    /** The newest child, from which {@link #next} leads to the others; NONE for a node without. */
    public int first(int node) {
        int first = links[node >>> Links.BITS].first[node & Links.MASK];
        return first == 0 ? NONE : first;
    }

    public int next(int node) {
        int next = links[node >>> Links.BITS].next[node & Links.MASK];
        return next == 0 ? NONE : next;
    }

    public int children(int node) {
        return links[node >>> Links.BITS].children[node & Links.MASK];
    }

    /** Number of the node's own name; equal names in one shard have equal numbers. */
    public int key(int node) {
        return links[node >>> Links.BITS].key[node & Links.MASK];
    }

    /** The node's own name in UTF-8; not to be changed. */
    public byte[] name(int node) {
        int id = key(node);
        return keys[id >>> Links.BITS][id & Links.MASK];
    }

    public String text(int node) {
        return new String(name(node), StandardCharsets.UTF_8);
    }

    int hash(int node) {
        int id = key(node);
        return hashes[id >>> Links.BITS][id & Links.MASK];
    }

    int flags(int node) {
        return values[node >>> Links.BITS].flags[node & Links.MASK];
    }

    public boolean hasValue(int node) {
        return (flags(node) & Values.HAS_VALUE) != 0;
    }

    /** Whether there is anything to show at the node itself; or, in a relay's tree, was until it was sent on. */
    public boolean isLeaf(int node) {
        return (flags(node) & Values.ACTION) != 0 || markers(node).isPresent();
    }

    public Optional<Action> action(int node) {
        int code = flags(node) & Values.ACTION;
        return code == 0 ? Optional.empty() : Optional.of(Action.of(code));
    }

    /** The node's value as one number. */
    public double number(int node) {
        Values page = values[node >>> Links.BITS];
        int i = node & Links.MASK;
        int code = page.flags[i] & Values.ACTION;
        if (code == AVERAGE) {
            return page.value[i] / aux(page, i);
        }
        return code > LAST_PLAIN ? cell(node).map(Cell::number).orElse(0.0) : page.value[i];
    }

    private static final int AVERAGE = Action.AVERAGE.code();
    private static final int LAST_PLAIN = Action.SET.code();

    private static long aux(Values page, int i) {
        return page.aux == null ? 0 : page.aux[i];
    }

    /** What is stored: the sum of an average, else the same as {@link #number}. */
    public double raw(int node) {
        return values[node >>> Links.BITS].value[node & Links.MASK];
    }

    /** The count of an average, the time of a last or set in milliseconds since 1970; else 0. */
    public long aux(int node) {
        return aux(values[node >>> Links.BITS], node & Links.MASK);
    }

    /** The sketch at the node. Only for reading. */
    public Optional<Cell> cell(int node) {
        @Nullable Cell[] cells = values[node >>> Links.BITS].cells;
        return cells == null ? Optional.empty() : Optional.ofNullable(cells[node & Links.MASK]);
    }

    public Optional<Markers> markers(int node) {
        @Nullable Markers[] markers = values[node >>> Links.BITS].markers;
        return markers == null ? Optional.empty() : Optional.ofNullable(markers[node & Links.MASK]);
    }

    /** When the node was last written, in seconds since 2020. */
    public int touched(int node) {
        return values[node >>> Links.BITS].touched[node & Links.MASK];
    }
}
