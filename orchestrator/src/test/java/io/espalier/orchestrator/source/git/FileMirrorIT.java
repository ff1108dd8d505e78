package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.GitCli;

/** A mirror of a repository on the same machine. */
class FileMirrorIT extends MirrorContract {

    @Override
    GitCli remote() throws Exception {
        return GitCli.init(folder.resolve("remote"));
    }

    @Override
    String url() {
        return folder.resolve("remote").toUri().toString();
    }
}
