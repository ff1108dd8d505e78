package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.api.BackupDesk;
import io.espalier.protocol.api.BackupCareRequest;
import io.espalier.protocol.api.BackupRestoreRequest;
import io.espalier.protocol.api.BackupRunRequest;
import io.espalier.protocol.api.BackupSnapshotView;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What is protected, what is being done about it, and what is in a backup. */
@Controller
final class BackupPages {

    private static final int LISTED = 20;
    private static final int SNAPSHOTS = 100;

    private final BackupDesk desk;

    BackupPages(BackupDesk desk) {
        this.desk = desk;
    }

    @GetMapping("/backups")
    String show(Model model) {
        List<BackupSnapshotView> snapshots = desk.snapshots(null, null);
        model.addAttribute("hosts", desk.hosts());
        model.addAttribute("tasks", desk.tasks(LISTED));
        model.addAttribute("snapshots", snapshots.subList(0, Math.min(SNAPSHOTS, snapshots.size())));
        model.addAttribute("more", Math.max(0, snapshots.size() - SNAPSHOTS));
        return "backups";
    }

    @GetMapping("/backups/{host}/{snapshot}")
    String browse(
            @PathVariable String host,
            @PathVariable String snapshot,
            @RequestParam(defaultValue = "/") String path,
            Model model) {
        model.addAttribute("host", host);
        model.addAttribute("snapshot", snapshot);
        model.addAttribute("folder", path);
        model.addAttribute("above", path.lastIndexOf('/') <= 0 ? "/" : path.substring(0, path.lastIndexOf('/')));
        model.addAttribute("entries", desk.entries(host, snapshot, path));
        return "backup";
    }

    @PostMapping("/backups/run")
    String run(@RequestParam String host, @RequestParam String paths) {
        desk.run(BackupRunRequest.files(host, words(paths), List.of()), by());
        return "redirect:/backups";
    }

    @PostMapping("/backups/restore")
    String restore(
            @RequestParam String host,
            @RequestParam String snapshot,
            @RequestParam String path,
            @RequestParam(required = false) @Nullable String toHost,
            @RequestParam(defaultValue = "/") String to) {
        List<String> paths = path.equals("/") ? List.of() : List.of(path);
        boolean isElsewhere = toHost != null && !toHost.isBlank();
        desk.restore(
                new BackupRestoreRequest(
                        host, null, snapshot, paths, isElsewhere ? toHost : null, to.isBlank() ? "/" : to, null),
                by());
        return "redirect:/backups";
    }

    @PostMapping("/backups/check")
    String check(@RequestParam String host) {
        desk.check(care(host), by());
        return "redirect:/backups";
    }

    @PostMapping("/backups/drill")
    String drill(@RequestParam String host) {
        desk.drill(care(host), by());
        return "redirect:/backups";
    }

    private static BackupCareRequest care(String host) {
        return new BackupCareRequest(host, null, null, null, null, null, null);
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static String by() {
        return CurrentCaller.get().text();
    }
}
