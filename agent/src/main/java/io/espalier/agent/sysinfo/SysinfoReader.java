package io.espalier.agent.sysinfo;

import io.espalier.agent.fs.SystemCalls;
import io.espalier.agent.json.Json;
import io.espalier.protocol.Auid;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads how the machine does now. Rates are over the time since the last reading; the first has none. */
public final class SysinfoReader {

    /** The largest text of the kernel that is read. */
    private static final int MAX_TEXT = 256 << 10;

    private final Auid auid;
    private final Path proc;
    private Optional<CpuTimes> cpuBefore = Optional.empty();
    private SortedMap<String, NetworkCounters> networkBefore = new TreeMap<>();
    private long readAt;

    /** @param proc the kernel's folder, {@code /proc} */
    public SysinfoReader(Auid auid, Path proc) {
        this.auid = auid;
        this.proc = proc;
    }

    /** The space on a file system, in bytes. */
    private record Room(Mount mount, long total, long free, long usable) {}

    /** A JSON object, as docs/spec/job.md shows it; what cannot be told is left out. */
    public synchronized String read() {
        var json = new Json();
        json.open().name("auid").text(auid.value());
        List<Room> rooms = Mount.parse(text("self/mounts")).stream()
                .map(SysinfoReader::room)
                .filter(room -> room.total() > 0)
                .toList();
        disk(json, rooms);
        MemoryUse.parse(text("meminfo")).ifPresent(memory -> memory(json, memory));
        cpu(json);
        LoadAverage.parse(text("loadavg"))
                .ifPresent(load -> json.name("load")
                        .open()
                        .name("1")
                        .decimal(load.one())
                        .name("5")
                        .decimal(load.five())
                        .name("15")
                        .decimal(load.fifteen())
                        .name("running")
                        .number(load.running())
                        .name("processes")
                        .number(load.processes())
                        .close());
        network(json);
        fileSystems(json, rooms);
        raid(json, RaidArray.parse(text("mdstat")));
        long uptime = (long) uptime(text("uptime"));
        if (uptime >= 0) {
            json.name("uptime").number(uptime);
        }
        SystemCalls.clock()
                .flatMap(ClockState::parse)
                .ifPresent(clock -> json.name("clock")
                        .open()
                        .name("synced")
                        .flag(clock.synced())
                        .name("offset_ms")
                        .decimal(clock.offsetMillis())
                        .name("error_ms")
                        .decimal(clock.maxErrorMillis())
                        .close());
        return json.close().toString();
    }

    /** Seconds; -1 if it cannot be told. */
    static double uptime(String uptime) {
        String[] words = Lines.words(uptime);
        return words.length > 0 && words[0].matches("\\d{1,15}(\\.\\d{1,9})?") ? Double.parseDouble(words[0]) : -1;
    }

    private static Room room(Mount mount) {
        var file = new File(mount.path());
        return new Room(mount, file.getTotalSpace(), file.getFreeSpace(), file.getUsableSpace());
    }

    private static void disk(Json json, List<Room> rooms) {
        long total = 0;
        long usable = 0;
        long used = 0;
        for (Room room : rooms) {
            total += room.total();
            usable += room.usable();
            used += room.total() - room.free();
        }
        if (total > 0) {
            // As df(1): what is kept back for root counts neither as used nor as free
            long percent = percent(used, used + usable);
            json.name("disk").open().name("used").text(Long.toString(percent));
            json.name("free").text(Long.toString(100 - percent));
            json.name("total").number(total).name("available").number(usable).close();
        }
    }

    private static void memory(Json json, MemoryUse memory) {
        long percent = percent(memory.total() - memory.available(), memory.total());
        json.name("mem").open().name("used").text(Long.toString(percent));
        json.name("free").text(Long.toString(100 - percent));
        json.name("total").number(memory.total()).name("available").number(memory.available());
        json.name("swap_total").number(memory.swapTotal());
        json.name("swap_used")
                .number(Math.max(0, memory.swapTotal() - memory.swapFree()))
                .close();
    }

    private void cpu(Json json) {
        Optional<CpuTimes> now = CpuTimes.parse(text("stat"));
        Optional<CpuTimes> spent = now.flatMap(times -> cpuBefore.flatMap(times::since));
        cpuBefore = now;
        spent.ifPresent(times -> {
            json.name("cpu").open();
            json.name("sys").text(Long.toString(percent(times.system(), times.total())));
            json.name("user").number(percent(times.user(), times.total()));
            json.name("idle").number(percent(times.idle(), times.total()));
            json.name("iowait").number(percent(times.iowait(), times.total()));
            json.name("steal").number(percent(times.steal(), times.total())).close();
        });
    }

    private void network(Json json) {
        SortedMap<String, NetworkCounters> now = NetworkCounters.parse(text("self/net/dev"));
        long at = System.nanoTime();
        double seconds = (at - readAt) / 1e9;
        json.name("net").open();
        for (Map.Entry<String, NetworkCounters> one : now.entrySet()) {
            NetworkCounters counters = one.getValue();
            NetworkCounters before = networkBefore.get(one.getKey());
            json.name(one.getKey()).open();
            if (before != null && counters.received() >= before.received() && counters.sent() >= before.sent()) {
                json.name("rx").number(Math.round((counters.received() - before.received()) / seconds));
                json.name("tx").number(Math.round((counters.sent() - before.sent()) / seconds));
            }
            json.name("errors").number(counters.errors());
            json.name("dropped").number(counters.dropped()).close();
        }
        json.close();
        networkBefore = now;
        readAt = at;
    }

    private static void fileSystems(Json json, List<Room> rooms) {
        json.name("fs").open();
        for (Room room : rooms) {
            long used = room.total() - room.free();
            json.name(room.mount().path()).open().name("type").text(room.mount().type());
            json.name("total").number(room.total()).name("available").number(room.usable());
            json.name("used").number(percent(used, used + room.usable()));
            json.name("read_only").flag(room.mount().readOnly()).close();
        }
        json.close();
    }

    private static void raid(Json json, List<RaidArray> arrays) {
        if (arrays.isEmpty()) {
            return;
        }
        json.name("raid").open();
        for (RaidArray array : arrays) {
            json.name(array.name())
                    .open()
                    .name("state")
                    .text(array.state())
                    .name("level")
                    .text(array.level());
            json.name("devices").number(array.wanted()).name("working").number(array.working());
            json.name("failed").number(array.failed()).name("degraded").flag(array.isDegraded());
            array.doing().ifPresent(doing -> json.name(doing.what()).decimal(doing.percent()));
            json.close();
        }
        json.close();
    }

    /** Rounded; 0 of nothing. */
    static long percent(long part, long whole) {
        return whole <= 0 ? 0 : Math.max(0, Math.min(100, Math.round(100.0 * part / whole)));
    }

    private String text(String name) {
        Path file = proc.resolve(name);
        if (!Files.exists(file)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_TEXT), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
