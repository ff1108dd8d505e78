package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.api.EditDesk;
import io.espalier.orchestrator.api.SourceBrowser;
import io.espalier.orchestrator.source.hosting.EditResult;
import io.espalier.protocol.api.ProblemView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The files of a source, their history, and an editor whose saves are commits. */
@Controller
final class SourceFilePages {

    /** A plan of more lines than anybody reads is cut. */
    private static final int MAX_PLAN = 2_000;

    private final SourceBrowser browser;
    private final EditDesk edits;

    SourceFilePages(SourceBrowser browser, EditDesk edits) {
        this.browser = browser;
        this.edits = edits;
    }

    /** One step of the way to a path. */
    public record Crumb(String name, String path) {}

    @GetMapping("/sources/{name}/files")
    String files(
            @PathVariable String name,
            @RequestParam(required = false) @Nullable String rev,
            @RequestParam(defaultValue = "") String path,
            Model model) {
        switch (browser.show(name, rev, path)) {
            case SourceBrowser.Shown.Folder folder -> {
                frame(model, name, rev, folder.path());
                model.addAttribute("folder", folder);
                model.addAttribute("commit", folder.commit());
            }
            case SourceBrowser.Shown.File file -> {
                frame(model, name, rev, file.path());
                model.addAttribute("file", file);
                model.addAttribute("commit", file.commit());
            }
        }
        model.addAttribute("readOnly", edits.whyReadOnly(name).orElse(""));
        return "source-files";
    }

    @GetMapping("/sources/{name}/log")
    String log(
            @PathVariable String name,
            @RequestParam(required = false) @Nullable String rev,
            @RequestParam(defaultValue = "") String path,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        var log = browser.log(name, rev, path, page);
        frame(model, name, rev, path);
        model.addAttribute("log", log);
        model.addAttribute("commit", log.commit());
        return "source-log";
    }

    @GetMapping("/sources/{name}/commits/{id}")
    String commit(@PathVariable String name, @PathVariable String id, Model model) {
        frame(model, name, id, "");
        model.addAttribute("changes", browser.changes(name, id));
        return "source-commit";
    }

    @GetMapping("/sources/{name}/edit")
    String edit(@PathVariable String name, @RequestParam(defaultValue = "") String path, Model model) {
        String readOnly = edits.whyReadOnly(name).orElse("");
        frame(model, name, null, path);
        model.addAttribute("readOnly", readOnly);
        if (readOnly.isEmpty()) {
            EditDesk.Start start = edits.start(name, path);
            form(model, new EditDesk.Form(path, start.base().id(), start.text(), ""), start.isNew());
        }
        return "source-edit";
    }

    /** @param action save, or plan for a dry run */
    @PostMapping("/sources/{name}/edit")
    String edited(
            @PathVariable String name,
            @RequestParam String path,
            @RequestParam String base,
            @RequestParam String text,
            @RequestParam String message,
            @RequestParam(defaultValue = "false") boolean isNew,
            @RequestParam String action,
            Model model) {
        var form = new EditDesk.Form(path.strip(), base, text, message);
        var plan = new ArrayList<String>();
        EditResult result = action.equals("save")
                ? edits.save(name, form, CurrentCaller.get())
                : edits.dryRun(name, form, CurrentCaller.get(), line -> {
                    if (plan.size() < MAX_PLAN) {
                        plan.add(line);
                    }
                });
        if (result instanceof EditResult.Accepted accepted) {
            return edits.rollout()
                    .map(rollout -> "redirect:/rollouts/" + rollout.value())
                    .orElseGet(() -> "redirect:/sources/" + name + "/commits/"
                            + accepted.commit().revision().id());
        }
        frame(model, name, null, isNew ? "" : form.path());
        model.addAttribute("readOnly", "");
        form(model, new EditDesk.Form(form.path(), base, text.replace("\r\n", "\n"), message), isNew);
        tell(name, result, model);
        model.addAttribute("plan", plan);
        return "source-edit";
    }

    private static void tell(String name, EditResult result, Model model) {
        switch (result) {
            case EditResult.Refused(var findings) -> {
                model.addAttribute("refused", true);
                model.addAttribute("problems", EditDesk.problems(name, findings));
            }
            case EditResult.Tried(var warnings) -> {
                model.addAttribute("tried", true);
                model.addAttribute("problems", EditDesk.problems(name, warnings));
            }
            case EditResult.Overtaken(var theirs) -> model.addAttribute("theirs", theirs);
            case EditResult.Accepted _ -> throw new IllegalStateException("told elsewhere");
        }
    }

    private static void form(Model model, EditDesk.Form form, boolean isNew) {
        model.addAttribute("form", form);
        model.addAttribute("isNew", isNew);
        model.addAttribute("lines", form.text().split("\n", -1).length);
        model.addAttribute("problems", List.<ProblemView>of());
        model.addAttribute("plan", List.<String>of());
    }

    private static void frame(Model model, String source, @Nullable String rev, String path) {
        var crumbs = new ArrayList<Crumb>();
        for (int end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
            crumbs.add(new Crumb(path.substring(path.lastIndexOf('/', end - 1) + 1, end), path.substring(0, end)));
        }
        if (!path.isEmpty()) {
            crumbs.add(new Crumb(path.substring(path.lastIndexOf('/') + 1), path));
        }
        model.addAttribute("source", source);
        model.addAttribute("rev", rev == null ? "" : rev);
        model.addAttribute("at", path);
        model.addAttribute("crumbs", crumbs);
    }
}
