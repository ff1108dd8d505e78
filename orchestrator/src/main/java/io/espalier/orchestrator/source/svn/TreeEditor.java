package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.protocol.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;
import org.tmatesoft.svn.core.SVNCancelException;
import org.tmatesoft.svn.core.SVNCommitInfo;
import org.tmatesoft.svn.core.SVNErrorCode;
import org.tmatesoft.svn.core.SVNErrorMessage;
import org.tmatesoft.svn.core.SVNException;
import org.tmatesoft.svn.core.SVNProperty;
import org.tmatesoft.svn.core.SVNPropertyValue;
import org.tmatesoft.svn.core.io.ISVNEditor;
import org.tmatesoft.svn.core.io.diff.SVNDeltaProcessor;
import org.tmatesoft.svn.core.io.diff.SVNDiffWindow;

/**
 * Takes what a server sends to bring one revision to another, and keeps it as git objects. One file at a time is in
 * memory; a file, all that is sent, and the number of files have limits.
 */
final class TreeEditor implements ISVNEditor {

    private final SvnTree tree;
    private final ObjectInserter inserter;
    private final ObjectReader reader;
    private final PackLimits limits;
    private final Deque<String> folders = new ArrayDeque<>();
    private final Map<String, ObjectId> changes = new HashMap<>();
    private long received;
    private boolean complete;
    private @Nullable SourceException refusal;
    private @Nullable FileEdit open;

    TreeEditor(SvnTree tree, ObjectInserter inserter, ObjectReader reader, PackLimits limits) {
        this.tree = tree;
        this.inserter = inserter;
        this.reader = reader;
        this.limits = limits;
    }

    /** Why this editor wanted no more of it, if it did. */
    @Nullable
    SourceException refusal() {
        return refusal;
    }

    /** Whether the other side came to the end of what it had to say. */
    boolean isComplete() {
        return complete;
    }

    /** What is known of the file that is being sent. */
    private final class FileEdit {

        private final String path;
        private final SvnTree.@Nullable Node before;
        private boolean executable;
        private boolean special;
        private String revision = "";
        private String date = "";
        private String author = "";
        private byte @Nullable [] text;
        private @Nullable SVNDeltaProcessor delta;
        private @Nullable Limited target;

        FileEdit(String path, SvnTree.@Nullable Node before) {
            this.path = path;
            this.before = before;
            this.executable = before != null && before.mode().equals(FileMode.EXECUTABLE_FILE);
            this.special = before != null && before.mode().equals(FileMode.SYMLINK);
        }

        private byte[] base() throws IOException {
            if (before == null) {
                return new byte[0];
            }
            byte[] bytes = reader.open(before.content(), Constants.OBJ_BLOB).getBytes((int) limits.objectBytes());
            if (!before.mode().equals(FileMode.SYMLINK)) {
                return bytes;
            }
            byte[] mark = Constants.encode("link ");
            byte[] whole = Arrays.copyOf(mark, mark.length + bytes.length);
            System.arraycopy(bytes, 0, whole, mark.length, bytes.length);
            return whole;
        }

        private void store() throws IOException {
            byte[] content = text == null ? base() : text;
            byte @Nullable [] link = special ? SvnTree.linkTarget(content) : null;
            FileMode regular = executable ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE;
            ObjectId id = inserter.insert(Constants.OBJ_BLOB, link == null ? content : link);
            ObjectId change = before != null && revision.isEmpty()
                    ? before.change()
                    : change(revision + "\n" + date + "\n" + author);
            tree.put(path, new SvnTree.Node(link == null ? regular : FileMode.SYMLINK, id, change));
        }
    }

    private ObjectId change(String text) throws IOException {
        ObjectId known = changes.get(text);
        if (known == null) {
            known = inserter.insert(Constants.OBJ_BLOB, text.getBytes(StandardCharsets.UTF_8));
            changes.put(text, known);
        }
        return known;
    }

    /** Ends at the limit, so that no file can fill the memory. */
    private final class Limited extends ByteArrayOutputStream {

        private final String path;

        Limited(String path) {
            this.path = path;
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            if ((long) count + length > limits.objectBytes()) {
                throw new TooLarge(path + " is over " + limits.objectBytes() + " bytes");
            }
            super.write(bytes, from, length);
        }

        @Override
        public synchronized void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }
    }

    private static final class TooLarge extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooLarge(String message) {
            super(message);
        }
    }

    private SVNException refuse(Reason reason, String message) {
        refusal = new SourceException(reason, message);
        return new SVNCancelException(SVNErrorMessage.create(SVNErrorCode.CANCELLED, message));
    }

    private FileEdit edit() throws SVNException {
        FileEdit current = open;
        if (current == null) {
            throw refuse(Reason.FETCH_FAILED, "the server sends content of no file");
        }
        return current;
    }

    private static String clean(String path) throws SVNException {
        String relative = path.startsWith("/") ? path.substring(1) : path;
        if (relative.isEmpty()) {
            throw new SVNException(SVNErrorMessage.create(SVNErrorCode.RA_SVN_MALFORMED_DATA, "a file has no name"));
        }
        return relative;
    }

    @Override
    public void targetRevision(long revision) {}

    @Override
    public void openRoot(long revision) {
        folders.push("");
    }

    @Override
    public void deleteEntry(String path, long revision) throws SVNException {
        tree.remove(clean(path));
    }

    @Override
    public void absentDir(String path) throws SVNException {
        throw refuse(Reason.AUTH_FAILED, "the folder " + path + " may not be read with this sign-in");
    }

    @Override
    public void absentFile(String path) throws SVNException {
        throw refuse(Reason.AUTH_FAILED, "the file " + path + " may not be read with this sign-in");
    }

    @Override
    public void addDir(String path, @Nullable String from, long revision) throws SVNException {
        folders.push(clean(path));
        tree.remove(clean(path));
    }

    @Override
    public void openDir(String path, long revision) throws SVNException {
        folders.push(clean(path));
    }

    @Override
    public void changeDirProperty(String name, @Nullable SVNPropertyValue value) {
        String folder = folders.peek();
        if (SVNProperty.EXTERNALS.equals(name) && folder != null) {
            tree.setExternals(folder, value != null);
        }
    }

    @Override
    public void closeDir() {
        folders.poll();
    }

    @Override
    public void addFile(String path, @Nullable String from, long revision) throws SVNException {
        tree.remove(clean(path));
        if (tree.size() >= limits.objects()) {
            throw refuse(Reason.TOO_LARGE, "the folder holds more than " + limits.objects() + " files");
        }
        open = new FileEdit(clean(path), null);
    }

    @Override
    public void openFile(String path, long revision) throws SVNException {
        SvnTree.Node before = tree.file(clean(path));
        if (before == null) {
            throw refuse(Reason.FETCH_FAILED, path + ": the server changes a file that is not held here");
        }
        open = new FileEdit(clean(path), before);
    }

    @Override
    public void changeFileProperty(String path, String name, @Nullable SVNPropertyValue value) throws SVNException {
        FileEdit file = edit();
        String text = value == null ? "" : String.valueOf(SVNPropertyValue.getPropertyAsString(value));
        switch (name) {
            case SVNProperty.EXECUTABLE -> file.executable = value != null;
            case SVNProperty.SPECIAL -> file.special = value != null;
            case SVNProperty.COMMITTED_REVISION -> file.revision = text;
            case SVNProperty.COMMITTED_DATE -> file.date = text;
            case SVNProperty.LAST_AUTHOR -> file.author = text;
            default -> {
                // ends of lines and keywords stay as they are stored
            }
        }
    }

    @Override
    public void applyTextDelta(String path, @Nullable String baseChecksum) throws SVNException {
        FileEdit file = edit();
        var target = new Limited(file.path);
        var delta = new SVNDeltaProcessor();
        try {
            delta.applyTextDelta(new ByteArrayInputStream(file.base()), target, true);
        } catch (IOException e) {
            throw new SVNException(SVNErrorMessage.create(SVNErrorCode.IO_ERROR, e), e);
        }
        file.target = target;
        file.delta = delta;
    }

    @Override
    public OutputStream textDeltaChunk(String path, SVNDiffWindow window) throws SVNException {
        FileEdit file = edit();
        received += window.getTargetViewLength();
        if (received > limits.bytes()) {
            throw refuse(Reason.TOO_LARGE, "what changed is over " + limits.bytes() + " bytes");
        }
        SVNDeltaProcessor delta = file.delta;
        if (delta == null) {
            throw refuse(Reason.FETCH_FAILED, "the server sends content of no file");
        }
        try {
            return delta.textDeltaChunk(window);
        } catch (TooLarge e) {
            throw refuse(Reason.TOO_LARGE, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void textDeltaEnd(String path) throws SVNException {
        FileEdit file = edit();
        if (file.delta == null || file.target == null) {
            throw refuse(Reason.FETCH_FAILED, "the server ends content that did not begin");
        }
        file.delta.textDeltaEnd();
        file.text = file.target.toByteArray();
    }

    @Override
    public void closeFile(String path, @Nullable String checksum) throws SVNException {
        FileEdit file = edit();
        byte[] text = file.text;
        if (checksum != null && text != null && !checksum.equalsIgnoreCase(Md5.of(text))) {
            throw refuse(Reason.FETCH_FAILED, file.path + ": what arrived is not what the server says it sent");
        }
        try {
            file.store();
        } catch (IOException e) {
            throw new SVNException(SVNErrorMessage.create(SVNErrorCode.IO_ERROR, e), e);
        }
        open = null;
    }

    @Override
    public @Nullable SVNCommitInfo closeEdit() {
        complete = true;
        return null;
    }

    @Override
    public void abortEdit() {}
}
