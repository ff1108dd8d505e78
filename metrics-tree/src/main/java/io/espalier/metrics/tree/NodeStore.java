package io.espalier.metrics.tree;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one shard: columns in pages of 1,024, names interned, children found by one hash table. Used by
 * one thread at a time. A snapshot shares all pages; whoever writes a shared page copies it first, so a snapshot
 * costs what is written during its life and nothing else. Node and name ids are used again, names only when no
 * snapshot could still read them.
 */
@SuppressWarnings("OperatorPrecedence")
final class NodeStore {
    private static final int LOAD_OF_8 = 6;

    final View view = new View();
    private final long[] edgeEpoch = new long[View.PARTS];
    private final int[] edgesUsed = new int[View.PARTS];

    private int[] freeNodes = new int[64];
    private int freeNodeCount;
    int nodes = 1;

    private int[][] refs = {};
    private int[][] nameParts = new int[View.PARTS][];
    private final int[] namesUsed = new int[View.PARTS];
    private int nameIds;
    private int[] freeNames = new int[64];
    private int freeNameCount;
    private int[] waitingNames = new int[64];
    private int waitingNameCount;

    private long epoch = 1;
    private int snapshots;
    /** Seconds since 2020, put on every node that is written. */
    int now;

    NodeStore() {
        Arrays.setAll(nameParts, _ -> new int[8]);
        view.size = 1;
        addPage();
        int empty = intern(new byte[0], 0, 0, KeyHash.of(new byte[0]));
        view.links[0].key[0] = empty;
    }

    // --- Snapshots ---

    View snapshot() {
        epoch++;
        snapshots++;
        return view.frozen();
    }

    void release() {
        snapshots--;
        if (snapshots == 0) {
            for (int i = 0; i < waitingNameCount; i++) {
                freeNames = push(freeNames, freeNameCount++, waitingNames[i]);
            }
            waitingNameCount = 0;
        }
    }

    private Links links(int node) {
        int page = node >>> Links.BITS;
        Links links = view.links[page];
        if (links.epoch != epoch) {
            if (snapshots > 0) {
                links = view.links[page] = links.copy(epoch);
            } else {
                links.epoch = epoch;
            }
        }
        return links;
    }

    private Values values(int node) {
        int page = node >>> Links.BITS;
        Values values = view.values[page];
        if (values.epoch != epoch) {
            if (snapshots > 0) {
                values = view.values[page] = values.copy(epoch);
                // Shared by the copy now, so whoever changes one makes its own first.
                thaw(values);
            } else {
                values.epoch = epoch;
            }
        }
        return values;
    }

    private static void thaw(Values values) {
        @Nullable Cell[] cells = values.cells;
        if (cells == null) {
            return;
        }
        for (int i = 0; i < cells.length; i++) {
            Cell cell = cells[i];
            if (cell != null) {
                cells[i] = cell.copy();
            }
        }
    }

    private int[] edges(int part) {
        int[] edges = view.edges[part];
        if (edgeEpoch[part] != epoch) {
            if (snapshots > 0) {
                edges = view.edges[part] = edges.clone();
            }
            edgeEpoch[part] = epoch;
        }
        return edges;
    }

    // --- Structure ---

    int create(int parent, byte[] name, int offset, int length, int hash) {
        int key = intern(name, offset, length, hash);
        refs[key >>> Links.BITS][key & Links.MASK]++;
        int node;
        if (freeNodeCount > 0) {
            node = freeNodes[--freeNodeCount];
        } else {
            node = view.size++;
            if (node >>> Links.BITS == view.links.length) {
                addPage();
            }
        }
        nodes++;
        Links above = links(parent);
        Links mine = links(node);
        int i = node & Links.MASK;
        int p = parent & Links.MASK;
        mine.parent[i] = parent;
        mine.key[i] = key;
        mine.first[i] = 0;
        mine.children[i] = 0;
        mine.next[i] = above.first[p];
        above.first[p] = node;
        above.children[p]++;
        Values values = values(node);
        values.value[i] = 0;
        values.flags[i] = 0;
        values.touched[i] = now;
        if (values.aux != null) {
            values.aux[i] = 0;
        }
        insertEdge(KeyHash.edge(parent, hash), node);
        return node;
    }

    /** Takes out a node without children; {@code previous} is its neighbour towards the first, or NONE. */
    void remove(int node, int previous) {
        int parent = view.parent(node);
        int next = links(node).next[node & Links.MASK];
        if (previous == View.NONE) {
            links(parent).first[parent & Links.MASK] = next;
        } else {
            links(previous).next[previous & Links.MASK] = next;
        }
        links(parent).children[parent & Links.MASK]--;
        removeEdge(KeyHash.edge(parent, view.hash(node)), node);
        Values values = values(node);
        int i = node & Links.MASK;
        values.flags[i] = 0;
        if (values.cells != null) {
            values.cells[i] = null;
        }
        if (values.markers != null) {
            values.markers[i] = null;
        }
        int key = view.key(node);
        if (--refs[key >>> Links.BITS][key & Links.MASK] == 0) {
            forget(key);
        }
        freeNodes = push(freeNodes, freeNodeCount++, node);
        nodes--;
    }

    private void addPage() {
        int n = view.links.length;
        view.links = Arrays.copyOf(view.links, n + 1);
        view.values = Arrays.copyOf(view.values, n + 1);
        view.links[n] = new Links(epoch);
        view.values[n] = new Values(epoch);
    }

    private void insertEdge(int edge, int node) {
        int p = edge >>> 24;
        int[] part = edges(p);
        if (++edgesUsed[p] > part.length / 8 * LOAD_OF_8) {
            int[] wider = new int[wider(part.length)];
            for (int old : part) {
                if (old != 0) {
                    place(wider, KeyHash.edge(view.parent(old), view.hash(old)), old);
                }
            }
            part = view.edges[p] = wider;
        }
        place(part, edge, node);
    }

    private static int wider(int length) {
        return (length + Math.max(8, length / 3) + 7) / 8 * 8;
    }

    private static void place(int[] part, int edge, int value) {
        int at = View.home(edge, part.length);
        while (part[at] != 0) {
            at = at + 1 == part.length ? 0 : at + 1;
        }
        part[at] = value;
    }

    private void removeEdge(int edge, int node) {
        int p = edge >>> 24;
        int[] part = edges(p);
        int at = View.home(edge, part.length);
        while (part[at] != node) {
            at = at + 1 == part.length ? 0 : at + 1;
        }
        edgesUsed[p]--;
        closeGap(part, at, id -> KeyHash.edge(view.parent(id), view.hash(id)));
    }

    private interface Hashes {
        int of(int id);
    }

    /** Linear probing without tombstones: moves back what the gap at {@code gap} would hide. */
    private static void closeGap(int[] part, int gap, Hashes hashes) {
        int hole = gap;
        int at = gap;
        while (true) {
            part[hole] = 0;
            int home;
            do {
                at = at + 1 == part.length ? 0 : at + 1;
                if (part[at] == 0) {
                    return;
                }
                home = View.home(hashes.of(part[at]), part.length);
            } while (hole <= at ? hole < home && home <= at : hole < home || home <= at);
            part[hole] = part[at];
            hole = at;
        }
    }

    // --- Names ---

    private int intern(byte[] name, int offset, int length, int hash) {
        int[] part = nameParts[hash >>> 24];
        int at = View.home(hash, part.length);
        for (int id = part[at]; id != 0; id = part[at]) {
            if (view.hashes[id - 1 >>> Links.BITS][id - 1 & Links.MASK] == hash
                    && view.isKey(id - 1, name, offset, length)) {
                return id - 1;
            }
            at = at + 1 == part.length ? 0 : at + 1;
        }
        int id = freeNameCount > 0 ? freeNames[--freeNameCount] : nameIds++;
        int page = id >>> Links.BITS;
        if (page == view.keys.length) {
            view.keys = Arrays.copyOf(view.keys, page + 1);
            view.keys[page] = new byte[Links.SIZE][];
            view.hashes = Arrays.copyOf(view.hashes, page + 1);
            view.hashes[page] = new int[Links.SIZE];
            refs = Arrays.copyOf(refs, page + 1);
            refs[page] = new int[Links.SIZE];
        }
        view.keys[page][id & Links.MASK] = Arrays.copyOfRange(name, offset, offset + length);
        view.hashes[page][id & Links.MASK] = hash;
        int p = hash >>> 24;
        if (++namesUsed[p] > part.length / 8 * LOAD_OF_8) {
            int[] wider = new int[wider(part.length)];
            for (int old : part) {
                if (old != 0) {
                    place(wider, view.hashes[old - 1 >>> Links.BITS][old - 1 & Links.MASK], old);
                }
            }
            part = nameParts[p] = wider;
        }
        place(part, hash, id + 1);
        return id;
    }

    private void forget(int key) {
        int hash = view.hashes[key >>> Links.BITS][key & Links.MASK];
        int[] part = nameParts[hash >>> 24];
        int at = View.home(hash, part.length);
        while (part[at] != key + 1) {
            at = at + 1 == part.length ? 0 : at + 1;
        }
        namesUsed[hash >>> 24]--;
        closeGap(part, at, id -> view.hashes[id - 1 >>> Links.BITS][id - 1 & Links.MASK]);
        if (snapshots == 0) {
            freeNames = push(freeNames, freeNameCount++, key);
        } else {
            waitingNames = push(waitingNames, waitingNameCount++, key);
        }
    }

    private static int[] push(int[] stack, int count, int value) {
        int[] room = count == stack.length ? Arrays.copyOf(stack, count * 2) : stack;
        room[count] = value;
        return room;
    }

    // --- Values ---

    /** Sets and clears flags; answers those before. */
    int flags(int node, int set, int clear) {
        Values page = values(node);
        int i = node & Links.MASK;
        int before = page.flags[i];
        page.flags[i] = (byte) (before & ~clear | set);
        return before;
    }

    /** Merges what {@code action} keeps into a node that has this action; true if it had no value before. */
    boolean merge(int node, Action action, double raw, long aux) {
        Values page = values(node);
        int i = node & Links.MASK;
        int flags = page.flags[i];
        page.touched[i] = now;
        if (action.code() >= Action.LAST.code() && action.code() <= Action.SET.code() || action == Action.AVERAGE) {
            if (page.aux == null) {
                page.aux = new long[Links.SIZE];
            }
        }
        if ((flags & Values.HAS_VALUE) == 0) {
            page.flags[i] = (byte) (flags & ~Values.ACTION | Values.HAS_VALUE | action.code());
            page.value[i] = raw;
            if (page.aux != null) {
                page.aux[i] = aux;
            }
            return true;
        }
        double held = page.value[i];
        switch (action) {
            case ADD -> page.value[i] = held + raw;
            case AVERAGE -> {
                page.value[i] = held + raw;
                aux(page)[i] += aux;
            }
            case MIN -> page.value[i] = Math.min(held, raw);
            case MAX -> page.value[i] = Math.max(held, raw);
            case LAST, SET -> {
                long[] times = aux(page);
                if (aux > times[i] || aux == times[i] && raw > held) {
                    page.value[i] = raw;
                    times[i] = aux;
                }
            }
            case SKETCH, UNIQUE, TOP -> throw new IllegalArgumentException(action + " is held in a cell");
        }
        return false;
    }

    private static long[] aux(Values page) {
        long[] aux = page.aux;
        if (aux == null) {
            throw new IllegalStateException("a page without its second column");
        }
        return aux;
    }

    /** The cell at a node, to be written; made if there is none. */
    Cell cell(int node, Action action) {
        Values page = values(node);
        int i = node & Links.MASK;
        page.touched[i] = now;
        @Nullable Cell[] cells = page.cells;
        if (cells == null) {
            page.cells = cells = new Cell[Links.SIZE];
        }
        Cell cell = cells[i];
        if (cell == null) {
            cells[i] = cell = Cell.empty(action);
            page.flags[i] = (byte) (page.flags[i] & ~Values.ACTION | Values.HAS_VALUE | action.code());
        }
        return cell;
    }

    void mark(int node, Markers more) {
        Values page = values(node);
        int i = node & Links.MASK;
        page.touched[i] = now;
        if (page.markers == null) {
            page.markers = new Markers[Links.SIZE];
        }
        Markers held = page.markers[i];
        page.markers[i] = held == null ? more : held.with(more);
    }

    Optional<Action> action(int node) {
        return view.action(node);
    }

    /** Takes value and markers out; the action stays, so that what comes next is taken as what came before. */
    void empty(int node) {
        Values page = values(node);
        int i = node & Links.MASK;
        page.flags[i] = (byte) (page.flags[i] & ~(Values.HAS_VALUE | Values.DIRTY));
        if (page.cells != null) {
            page.cells[i] = null;
        }
        if (page.markers != null) {
            page.markers[i] = null;
        }
    }
}
