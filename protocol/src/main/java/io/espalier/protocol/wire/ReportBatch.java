package io.espalier.protocol.wire;

import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import java.util.List;

/** The reports of one {@link Message.Reports}, oldest first, before they are compressed. */
public record ReportBatch(List<Report> reports) {

    /** The most bytes of the byte form; the receiver unpacks no more. */
    public static final int MAX_BYTES = 512 << 10;

    public ReportBatch {
        reports = List.copyOf(reports);
    }

    public byte[] encode() {
        return new Writer().list(reports, ReportBatch::write).toBytes();
    }

    /** @throws MalformedException if {@code bytes} are no batch */
    public static ReportBatch decode(byte[] bytes) {
        var in = new Reader(bytes);
        try {
            var batch = new ReportBatch(in.list(ReportBatch::read));
            in.end();
            return batch;
        } catch (IllegalArgumentException e) {
            throw new MalformedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** One report as it stands in a batch, and in an agent's spool. */
    public static void write(Writer out, Report report) {
        out.name(report.kind()).instant(report.at()).text(report.body());
    }

    public static Report read(Reader in) {
        return new Report(in.name(Report.Kind.class), in.instant(), in.text());
    }
}
