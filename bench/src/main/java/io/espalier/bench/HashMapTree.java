package io.espalier.bench;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The peer: a node object with a map of children, as one would write it first; names interned, maps made lazily. */
final class HashMapTree {
    static final class Node {
        @Nullable
        Map<String, Node> children;

        double value;
        long count;
    }

    final Node root = new Node();
    private final Map<String, String> names = new HashMap<>();

    void add(double value, String... path) {
        Node node = root;
        for (String name : path) {
            if (node.children == null) {
                node.children = new HashMap<>(2);
            }
            Node child = node.children.get(name);
            if (child == null) {
                child = new Node();
                node.children.put(names.computeIfAbsent(name, _ -> name), child);
            }
            node = child;
        }
        node.value += value;
        node.count++;
    }
}
