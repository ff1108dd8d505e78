package io.espalier.metrics.web;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the pages have around them where the tree is a part of something larger.
 *
 * @param links to the other parts, shown above the tree's own
 * @param hidden fields that each form has to send back; asked for only when a page has a form
 */
public record Surroundings(List<Link> links, Supplier<Map<String, String>> hidden) {

    /** The tree is alone. */
    public static final Surroundings NONE = new Surroundings(List.of(), Map::of);

    public Surroundings {
        links = List.copyOf(links);
    }

    /** @param isHere whether the pages of the tree belong to it */
    public record Link(String path, String label, boolean isHere) {}
}
