package io.espalier.agent.sysinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.protocol.Auid;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts as kernels write them, and texts as none does. */
class ParsersTest {

    private static final String STAT = """
            cpu  10132153 290696 3084719 46828483 16683 0 25195 175628 0 0
            cpu0 1393280 32966 572056 13343292 6130 0 17875 23933 0 0
            intr 199292
            ctxt 1990473
            btime 1062191376
            """;

    private static final String MEMINFO = """
            MemTotal:        3920288 kB
            MemFree:          131168 kB
            MemAvailable:    2012492 kB
            Buffers:          207392 kB
            Cached:          1674080 kB
            SwapTotal:       1951740 kB
            SwapFree:        1951484 kB
            HugePages_Total:       0
            """;

    private static final String NET_DEV = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo: 2776770   11307    0    0    0     0          0         0  2776770   11307    0    0    0     0       0          0
              eth0: 1215645    2751    1    2    0     0          0         0  1782404    4324    3    4    0   427       0          0
            ppp0:1622270    5552    1    0    0     0          0         0   354130    5669    0    0    0     0       0          0
            """;

    private static final String RAID = """
            Personalities : [raid1] [raid6] [raid5] [raid4] [raid0]
            md1 : active raid1 sdb2[1] sda2[0]
                  136448 blocks [2/2] [UU]

            md2 : active raid1 sdb3[1](F) sda3[0]
                  129596288 blocks super 1.2 [2/1] [U_]
                  [==>..................]  recovery = 12.6% (37043392/292945152) finish=127.5min speed=33440K/sec
                  bitmap: 1/1 pages [4KB], 65536KB chunk

            md3 : active (auto-read-only) raid5 sdl1[9] sdk1[8] sdj1[7]
                  1318680576 blocks level 5, 1024k chunk, algorithm 2 [10/10] [UUUUUUUUUU]
                  \tresync=PENDING

            md0 : inactive sdc1[0](S)
                  976759936 blocks

            md4 : active raid0 sde1[1] sdd1[0]
                  1953519872 blocks 64k chunks

            unused devices: <none>
            """;

    @Test
    void processorTimesAreThoseOfAllProcessors() {
        assertThat(CpuTimes.parse(STAT))
                .contains(new CpuTimes(10132153 + 290696, 3084719 + 25195, 46828483, 16683, 175628));
        assertThat(CpuTimes.parse("cpu  1 2 3 4\n")).as("Linux 2.4").contains(new CpuTimes(3, 3, 4, 0, 0));
    }

    @Test
    void processorTimeIsWhatWasSpentBetweenTwoReadings() {
        var before = new CpuTimes(100, 50, 1000, 10, 0);
        assertThat(new CpuTimes(110, 55, 1085, 10, 0).since(before)).contains(new CpuTimes(10, 5, 85, 0, 0));
        assertThat(before.since(before)).as("no time has passed").isEmpty();
        assertThat(new CpuTimes(1, 1, 1, 1, 0).since(before))
                .as("counters were reset")
                .isEmpty();
        assertThat(new CpuTimes(110, 50, 1000, 9, 0).since(before))
                .as("iowait may fall")
                .contains(new CpuTimes(10, 0, 0, 0, 0));
    }

    @Test
    void memoryIsAsTheKernelCountsIt() {
        assertThat(MemoryUse.parse(MEMINFO))
                .contains(new MemoryUse(3920288L << 10, 2012492L << 10, 1951740L << 10, 1951484L << 10));
        assertThat(MemoryUse.parse("MemTotal: 100 kB\nMemFree: 10 kB\nBuffers: 5 kB\nCached: 20 kB\n"))
                .as("before Linux 3.14")
                .contains(new MemoryUse(100 << 10, 35 << 10, 0, 0));
    }

    @Test
    void loadIsRead() {
        assertThat(LoadAverage.parse("0.52 0.58 10.59 2/1097 31337\n"))
                .contains(new LoadAverage(0.52, 0.58, 10.59, 2, 1097));
    }

    @Test
    void interfacesAreReadButNotTheLoopback() {
        assertThat(NetworkCounters.parse(NET_DEV))
                .containsOnlyKeys("eth0", "ppp0")
                .containsEntry("eth0", new NetworkCounters(1215645, 1782404, 4, 6))
                .containsEntry("ppp0", new NetworkCounters(1622270, 354130, 1, 0));
    }

    @Test
    void arraysAreReadWithWhatGoesOnInThem() {
        List<RaidArray> arrays = RaidArray.parse(RAID);
        assertThat(arrays)
                .containsExactly(
                        new RaidArray("md1", "active", "raid1", 2, 2, 0, Optional.empty()),
                        new RaidArray(
                                "md2",
                                "active",
                                "raid1",
                                2,
                                1,
                                1,
                                Optional.of(new RaidArray.Progress("recovery", 12.6))),
                        new RaidArray(
                                "md3",
                                "active (auto-read-only)",
                                "raid5",
                                10,
                                10,
                                0,
                                Optional.of(new RaidArray.Progress("resync", 0))),
                        new RaidArray("md0", "inactive", "", 0, 0, 0, Optional.empty()),
                        new RaidArray("md4", "active", "raid0", 0, 0, 0, Optional.empty()));
        assertThat(arrays).extracting(RaidArray::isDegraded).containsExactly(false, true, false, true, false);
    }

    @Test
    void machineWithoutArraysHasNone() {
        assertThat(RaidArray.parse("Personalities : \nunused devices: <none>\n"))
                .isEmpty();
    }

    @Test
    void onlyLocalDisksAreMountsAndEachDeviceOnce() {
        assertThat(Mount.parse("""
                sysfs /sys sysfs rw,nosuid 0 0
                /dev/sda1 / ext4 rw,relatime,errors=remount-ro 0 0
                /dev/sda1 /var/bind ext4 rw 0 0
                tmpfs /run tmpfs rw 0 0
                nas:/export /mnt/nas nfs4 rw 0 0
                //nas/share /mnt/share cifs rw 0 0
                /dev/sdb1 /mnt/with\\040blank xfs ro,noatime 0 0
                overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0
                """))
                .containsExactly(
                        new Mount("/dev/sda1", "/", "ext4", false),
                        new Mount("/dev/sdb1", "/mnt/with blank", "xfs", true));
        assertThat(Mount.parse("overlay / overlay rw,lowerdir=a 0 0\n"))
                .as("a container")
                .hasSize(1);
    }

    @Test
    void clockIsReadFromTheKernelsStructure() {
        ByteBuffer timex = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
        timex.putLong(8, -1_500_000).putLong(24, 250_000).putInt(40, 0x2001);
        assertThat(ClockState.parse(timex.array())).contains(new ClockState(true, -1.5, 250));
        timex.putLong(8, 1_500).putLong(24, 99_000_000).putInt(40, 0x40);
        assertThat(ClockState.parse(timex.array()))
                .as("in microseconds, not synchronized")
                .contains(new ClockState(false, 1.5, 16_000));
        assertThat(ClockState.parse(new byte[10])).isEmpty();
    }

    @Test
    void uptimeIsRead() {
        assertThat(SysinfoReader.uptime("350735.47 234388.90\n")).isEqualTo(350735.47, within(0.001));
        assertThat(SysinfoReader.uptime("")).isEqualTo(-1);
        assertThat(SysinfoReader.uptime("NaN 1")).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n\n",
                "cpu",
                "cpu  ",
                "cpu  1 2 3",
                "cpu  -1 -2 -3 -4",
                "cpu  99999999999999999999 1 1 1",
                "cpu  a b c d",
                "MemTotal:",
                "MemTotal: kB",
                "MemTotal: 99999999999999999999 kB",
                "MemTotal: 9000000000000000000 kB",
                "MemTotal: 0 kB",
                ":",
                "::::",
                "0.1 0.2",
                "0.1 0.2 0.3 1",
                "0.1 0.2 0.3 1/x",
                "NaN NaN NaN 1/2",
                "1e400 1e400 1e400 1/2",
                "eth0: 1 2 3",
                "eth0: x",
                "eth0:",
                ": 1 2 3 4 5 6 7 8 9 10 11 12",
                "md0",
                "md0 :",
                "md0 : sleeping raid1 sda[0]",
                "     [2/1] [U_]",
                "/dev/sda1",
                "/dev/sda1 / ext4",
                "/dev/sda1 relative ext4 rw 0 0",
                "\\ \\ \\ \\",
                "\u0000\u0000\u0000\u0000"
            })
    void nonsenseIsNothing(String text) {
        assertThat(CpuTimes.parse(text)).isEmpty();
        assertThat(MemoryUse.parse(text)).isEmpty();
        assertThat(LoadAverage.parse(text)).isEmpty();
        assertThat(NetworkCounters.parse(text)).isEmpty();
        assertThat(RaidArray.parse(text)).isEmpty();
        assertThat(Mount.parse(text)).isEmpty();
        assertThat(SysinfoReader.uptime(text.isEmpty() ? "x" : text.replace("0.1", "x")))
                .isEqualTo(-1);
    }

    @Test
    void damagedTextsNeverThrow() {
        var random = new Random(20261121);
        String all = STAT + MEMINFO + NET_DEV + RAID + "/dev/sda1 / ext4 rw 0 0\n0.1 0.2 0.3 1/2 3\n";
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = all.getBytes(StandardCharsets.UTF_8);
            for (int flips = random.nextInt(1, 60); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int from = random.nextInt(bytes.length);
            String text = new String(bytes, from, random.nextInt(bytes.length - from), StandardCharsets.UTF_8);
            CpuTimes.parse(text);
            MemoryUse.parse(text);
            LoadAverage.parse(text);
            NetworkCounters.parse(text);
            RaidArray.parse(text).forEach(RaidArray::isDegraded);
            Mount.parse(text);
        }
    }

    @Test
    void reportHasTheShapeThatPeopleReadSince(@TempDir Path proc) throws Exception {
        Files.createDirectories(proc.resolve("self/net"));
        Files.writeString(proc.resolve("stat"), STAT);
        Files.writeString(proc.resolve("meminfo"), MEMINFO);
        Files.writeString(proc.resolve("loadavg"), "0.52 0.58 0.59 2/1097 31337\n");
        Files.writeString(proc.resolve("self/net/dev"), NET_DEV);
        Files.writeString(proc.resolve("mdstat"), RAID);
        Files.writeString(proc.resolve("uptime"), "350735.47 234388.90\n");
        Files.writeString(proc.resolve("self/mounts"), "/dev/root / ext4 rw 0 0\n");
        var reader = new SysinfoReader(new Auid("1001001"), proc);
        assertThat(reader.read())
                .startsWith("{\"auid\":\"1001001\",\"disk\":{\"used\":\"")
                .contains("\"mem\":{\"used\":\"49\",\"free\":\"51\",\"total\":4014374912")
                .contains("\"load\":{\"1\":0.52,\"5\":0.58,\"15\":0.59,\"running\":2,\"processes\":1097}")
                .contains(
                        "\"raid\":{\"md1\":{\"state\":\"active\",\"level\":\"raid1\",\"devices\":2,\"working\":2,\"failed\":0,\"degraded\":false}")
                .contains("\"recovery\":12.6}")
                .contains("\"uptime\":350735")
                .doesNotContain("\"cpu\"");
        Files.writeString(proc.resolve("stat"), "cpu  10132153 290696 3084724 46828578 16683 0 25195 175628 0 0\n");
        assertThat(reader.read()).contains("\"cpu\":{\"sys\":\"5\",\"user\":0,\"idle\":95,\"iowait\":0,\"steal\":0}");
    }

    @Test
    void machineThatTellsNothingMakesAShortReport(@TempDir Path proc) {
        assertThat(new SysinfoReader(new Auid("a"), proc).read()).startsWith("{\"auid\":\"a\",\"net\":{},\"fs\":{}");
    }
}
