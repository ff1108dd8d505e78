package io.espalier.agent.sysinfo;

import java.util.Optional;

/** {@code /proc/loadavg} (proc(5)). */
record LoadAverage(double one, double five, double fifteen, long running, long processes) {

    static Optional<LoadAverage> parse(String loadavg) {
        String[] words = Lines.words(loadavg);
        if (words.length < 4) {
            return Optional.empty();
        }
        String[] tasks = words[3].split("/", -1);
        double[] loads = new double[3];
        for (int i = 0; i < 3; i++) {
            if (!words[i].matches("\\d{1,9}(\\.\\d{1,9})?")) {
                return Optional.empty();
            }
            loads[i] = Double.parseDouble(words[i]);
        }
        if (tasks.length != 2 || Lines.number(tasks[0]) < 0 || Lines.number(tasks[1]) < 0) {
            return Optional.empty();
        }
        return Optional.of(
                new LoadAverage(loads[0], loads[1], loads[2], Lines.number(tasks[0]), Lines.number(tasks[1])));
    }
}
