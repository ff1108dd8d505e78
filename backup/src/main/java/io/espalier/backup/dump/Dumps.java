package io.espalier.backup.dump;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes dumps. Safe for all threads; one dump at a time a folder. */
public final class Dumps {
    private final InstantSource clock;

    public Dumps(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Makes and checks a dump.
     *
     * @param folder does not exist yet; afterwards it holds the parts, and exists only if the verdict is good
     */
    public DumpVerdict run(DumpSpec spec, Path folder) {
        try (Spool spool = Spool.open(folder, spec.limits().maxBytes())) {
            var findings = new Findings(spec.limits());
            List<VerifyRecord.Part> parts = switch (spec) {
                case DumpSpec.Redis redis -> new RedisDump(redis, spool, findings).run();
                case DumpSpec.Mysql mysql -> new MysqlDump(mysql, spool, findings).run();
                case DumpSpec.Postgres postgres -> new PostgresDump(postgres, spool, findings).run();
                case DumpSpec.Command command -> List.of(command(command, spool, findings));
            };
            findings.compareWithPrevious(
                    parts.stream().mapToLong(VerifyRecord.Part::bytes).sum());
            Path kept = spool.keep();
            return new DumpVerdict.Ok(
                    new VerifyRecord(spec.kind(), clock.instant(), kept, parts, findings.checks(), findings.notes()));
        } catch (DumpException e) {
            return new DumpVerdict.Failed(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    private static VerifyRecord.Part command(DumpSpec.Command spec, Spool spool, Findings findings) {
        var tool = new Tool(spool.folder(), Map.of(), spec.limits());
        Spool.Written written;
        try (Spool.Sink sink = spool.sink("dump")) {
            tool.run(spec.argv(), sink);
            written = sink.finish();
        }
        findings.check(Tool.name(spec.argv()) + ": exit status 0, nothing on standard error");
        findings.requireSize(spec.kind(), written.bytes());
        if (spec.verify().isEmpty()) {
            spool.readBack(written, in -> {});
            findings.note("no program is named that checks this kind");
        } else {
            spool.readBack(written, in -> accept(tool, spec.verify(), in));
            findings.check(Tool.name(spec.verify()) + ": accepts the dump");
        }
        return new VerifyRecord.Part(
                spec.kind(),
                String.valueOf(written.file().getFileName()),
                written.bytes(),
                written.sha256(),
                new TreeMap<>());
    }

    /** A checker may be talkative; its status counts. */
    private static void accept(Tool tool, List<String> argv, java.io.InputStream dump) {
        try {
            tool.run(argv, dump, out -> out.transferTo(java.io.OutputStream.nullOutputStream()));
        } catch (DumpException e) {
            Reason reason = e.reason() == Reason.TOOL_FAILED ? Reason.NOT_ACCEPTED : e.reason();
            throw new DumpException(reason, String.valueOf(e.getMessage()));
        }
    }
}
