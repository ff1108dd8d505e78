package io.espalier.orchestrator.render;

import java.util.List;
import java.util.Map;

/**
 * One line of a rendered file and what it was made of.
 *
 * @param spots the lines of templates that wrote it, in order; several where loops or inclusions meet in it
 * @param variables what was read while it was made, and the values, in order
 */
public record TracedLine(String text, List<Spot> spots, Map<String, String> variables) {

    /**
     * @param path of the template in its source
     * @param line from 1
     */
    public record Spot(String path, int line) {}
}
