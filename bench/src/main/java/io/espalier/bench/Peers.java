package io.espalier.bench;

import io.espalier.testkit.Ran;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** The same files on the same hosts, by ansible-playbook (forks 50, pipelining) and by rsync. */
final class Peers {

    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final Path folder;
    private final Path key;
    private final List<TestHost> hosts;

    Peers(Path folder, Path key, List<TestHost> hosts) throws IOException {
        this.folder = folder;
        this.key = key;
        this.hosts = hosts;
        Files.createDirectories(folder.resolve("templates"));
        Files.writeString(
                folder.resolve("inventory"),
                hosts.stream()
                        .map(host -> "%s ansible_host=%s ansible_user=root ansible_ssh_private_key_file=%s%n"
                                .formatted(host.name(), host.address(), key))
                        .collect(Collectors.joining()));
        Files.writeString(folder.resolve("ansible.cfg"), """
                [defaults]
                forks = 50
                host_key_checking = False
                gathering = explicit
                retry_files_enabled = False
                interpreter_python = /usr/bin/python3
                [ssh_connection]
                pipelining = True
                ssh_args = -o ControlMaster=auto -o ControlPersist=600s -o UserKnownHostsFile=/dev/null
                """);
        var tasks = new StringBuilder();
        for (int i = 1; i <= DeployFleet.FILES; i++) {
            Files.writeString(
                    folder.resolve("templates/app" + i + ".conf.j2"),
                    BenchFleet.template(i, "{{ inventory_hostname }}", "{{ level }}"));
            tasks.append("    - ansible.builtin.template: { src: app%d.conf.j2, dest: /etc/bench-peer/app%d.conf }\n"
                    .formatted(i, i));
            tasks.append("      notify: reload\n");
        }
        Files.writeString(
                folder.resolve("play.yml"), """
                - hosts: all
                  tasks:
                    - ansible.builtin.file: { path: /etc/bench-peer, state: directory }
                %s
                    - ansible.builtin.meta: flush_handlers
                    - ansible.builtin.wait_for: { host: 127.0.0.1, port: 22, timeout: 10 }
                  handlers:
                    - name: reload
                      ansible.builtin.command: sh -c 'date +%%s >> /run/bench-peer-reloaded'
                """.formatted(tasks.toString().stripTrailing()));
    }

    void ansible(int level) {
        Ran ran = Ran.of(
                LIMIT,
                "env",
                "-C",
                folder.toString(),
                "ANSIBLE_CONFIG=" + folder.resolve("ansible.cfg"),
                "HOME=" + folder,
                "ansible-playbook",
                "-i",
                "inventory",
                "-e",
                "level=" + level,
                "play.yml");
        if (ran.status() != 0) {
            String output = ran.output();
            throw new IllegalStateException(
                    "ansible-playbook: " + output.substring(Math.max(0, output.length() - 3000)));
        }
    }

    /** Copies the ten files, ready made, to all hosts at once: what the transfer alone costs. */
    void rsync(int level) throws Exception {
        Path files = folder.resolve("rsync");
        Files.createDirectories(files);
        for (int i = 1; i <= DeployFleet.FILES; i++) {
            Files.writeString(files.resolve("app" + i + ".conf"), BenchFleet.template(i, "any", "" + level));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> work = hosts.stream()
                    .<Callable<Void>>map(host -> () -> {
                        Ran ran = Ran.of(
                                LIMIT,
                                "rsync",
                                "-a",
                                "-e",
                                "ssh -i " + key + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -q",
                                files + "/",
                                "root@" + host.address() + ":/etc/bench-rsync/");
                        if (ran.status() != 0) {
                            throw new IllegalStateException("rsync: " + ran.output());
                        }
                        return null;
                    })
                    .toList();
            for (Future<Void> one : threads.invokeAll(work)) {
                one.get();
            }
        }
    }
}
