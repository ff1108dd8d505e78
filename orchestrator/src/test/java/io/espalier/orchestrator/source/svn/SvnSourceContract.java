package io.espalier.orchestrator.source.svn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.source.Mirror;
import io.espalier.orchestrator.source.SourceContract;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.protocol.Reason;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A Subversion source; subclasses say what carries it. */
abstract class SvnSourceContract extends SourceContract {

    static final AddressGuard LOCAL = new AddressGuard(true, true);
    static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Of the repository's root. */
    abstract String url() throws Exception;

    abstract RemoteAccess access() throws Exception;

    @Override
    protected SvnWorkshop workshop() throws Exception {
        return SvnWorkshop.in(folder);
    }

    @Override
    protected Mirror mirror(Line line) throws Exception {
        return switch (line) {
            case MAIN -> mirror("trunk");
            case ABSENT -> mirror("maim");
            case NEWEST_TAG -> mirror("tags/v*", PackLimits.DEFAULT, "semver");
        };
    }

    @Override
    protected String author() {
        return "ann";
    }

    SvnMirror mirror(String ref) throws Exception {
        return mirror(ref, PackLimits.DEFAULT, "");
    }

    SvnMirror mirror(String ref, PackLimits limits, String pick) throws Exception {
        var spec = new SourceSpec.Svn(url(), ref, Optional.of(pick).filter(one -> !one.isEmpty()));
        return SvnMirror.open(NAME, spec, folder.resolve("mirror.git"), access(), limits);
    }

    static void assertRefused(ThrowingCallable what, Reason reason, String message) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        SourceException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
                .hasMessageContaining(message)
                .hasMessageNotContaining("sesame");
    }
}
