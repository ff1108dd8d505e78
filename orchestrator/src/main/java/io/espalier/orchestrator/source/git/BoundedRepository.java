package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.BaseRepositoryBuilder;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PackParser;

/**
 * A bare repository on disk that takes in no pack over its limits, whichever transport brings it. JGit itself can limit
 * what is pushed to it but not what it fetches; both come through {@link #newObjectInserter()}.
 */
public final class BoundedRepository extends FileRepository {

    private final PackLimits limits;

    private BoundedRepository(BaseRepositoryBuilder<?, ?> options, PackLimits limits) throws IOException {
        super(options);
        this.limits = limits;
    }

    /** Opens the repository in {@code folder}, creating an empty one with the branch {@code main} if none is there. */
    public static BoundedRepository open(Path folder, PackLimits limits) {
        try {
            var repository = new BoundedRepository(
                    new FileRepositoryBuilder()
                            .setGitDir(folder.toFile())
                            .setBare()
                            .setup(),
                    limits);
            if (!repository.getObjectDatabase().exists()) {
                repository.create(true);
                repository.updateRef("HEAD").link("refs/heads/main");
            }
            return repository;
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, folder + ": cannot open the repository: " + e.getMessage(), e);
        }
    }

    @Override
    public ObjectInserter newObjectInserter() {
        ObjectInserter inserter = super.newObjectInserter();
        return new ObjectInserter.Filter() {
            @Override
            protected ObjectInserter delegate() {
                return inserter;
            }

            @Override
            public PackParser newPackParser(InputStream in) throws IOException {
                PackParser parser = inserter.newPackParser(new PackLimitStream(in, limits));
                parser.setMaxObjectSizeLimit(limits.objectBytes());
                return parser;
            }
        };
    }
}
