package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.SignedOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Links on which nothing is said unless this orchestrator leads at that moment. */
public final class LeadLinks implements Links {

    private final Links links;
    private final Lead lead;

    public LeadLinks(Links links, Lead lead) {
        this.links = links;
        this.lead = lead;
    }

    @Override
    public Link open(Host host) {
        return new Guarded(host, said(host, () -> links.open(host)));
    }

    @Override
    public Link openFresh(Host host) {
        return new Guarded(host, said(host, () -> links.openFresh(host)));
    }

    @Override
    public Wire tunnel(Host host, int port) {
        return said(host, () -> links.tunnel(host, port));
    }

    private <T> T said(Host host, Supplier<T> word) {
        if (!lead.isHeld()) {
            throw new LinkException(
                    Reason.ABORTED,
                    host.name() + ": this orchestrator does not drive the fleet; nothing is said to it");
        }
        return word.get();
    }

    @Override
    public void close() {
        links.close();
    }

    private final class Guarded implements Link {

        private final Host host;
        private final Link link;

        Guarded(Host host, Link link) {
            this.host = host;
            this.link = link;
        }

        @Override
        public Message.Status status() {
            return said(host, link::status);
        }

        @Override
        public Message.Observed observe(List<String> paths, List<String> purged) {
            return said(host, () -> link.observe(paths, purged));
        }

        @Override
        public ApplyOutcome apply(SignedManifest manifest, Optional<Digest> expected, Blobs blobs, Follower follower) {
            return said(host, () -> link.apply(manifest, expected, blobs, follower));
        }

        @Override
        public ApplyOutcome confirm(long number) {
            return said(host, () -> link.confirm(number));
        }

        @Override
        public List<DriftedPath> drift() {
            return said(host, link::drift);
        }

        @Override
        public Message.Reports collect(String spool, long taken) {
            return said(host, () -> link.collect(spool, taken));
        }

        @Override
        public String runJob(String job) {
            return said(host, () -> link.runJob(job));
        }

        @Override
        public byte[] order(Function<byte[], SignedOrder> signer, Replies replies) {
            return said(host, () -> link.order(signer, replies));
        }

        @Override
        public byte[] readFile(String path) {
            return said(host, () -> link.readFile(path));
        }

        @Override
        public void close() {
            link.close();
        }
    }
}
