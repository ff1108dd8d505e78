package io.espalier.orchestrator.web;

import io.espalier.orchestrator.tree.RunningTree;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** Has pages show the way to the metrics tree, where there is one. */
@ControllerAdvice(basePackageClasses = TreeEntry.class)
final class TreeEntry {

    private final boolean isThere;

    TreeEntry(ObjectProvider<RunningTree> tree) {
        isThere = tree.getIfAvailable() != null;
    }

    @ModelAttribute
    void addTo(Model model) {
        if (isThere) {
            model.addAttribute("tree", true);
        }
    }
}
