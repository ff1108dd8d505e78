package io.espalier.backup.dump;

import io.espalier.backup.repository.ByteSource;
import io.espalier.backup.repository.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A part of a good dump, for the repository: whole only if it still has the bytes that were checked. */
public final class DumpSource implements ByteSource {
    private final VerifyRecord record;
    private final VerifyRecord.Part part;
    private String seen = "";

    public DumpSource(VerifyRecord record, VerifyRecord.Part part) {
        this.record = record;
        this.part = part;
    }

    @Override
    public String name() {
        return part.file();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        MessageDigest digest = Spool.sha256();
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = record.open(part)) {
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                digest.update(buffer, 0, got);
                out.write(buffer, 0, got);
            }
        }
        seen = HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public Verdict verdict() {
        return seen.equals(part.sha256())
                ? new Verdict.Ok(String.join("; ", record.checks()))
                : new Verdict.Failed(
                        Reason.SPOOL_FAILED.name(), part.file() + ": the spool gives other bytes than were checked");
    }
}
