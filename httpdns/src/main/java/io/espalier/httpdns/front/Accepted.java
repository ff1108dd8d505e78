package io.espalier.httpdns.front;

import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.operate.Tally.Sundry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Receives connections: counts them, and puts the handlers of their protocol in place. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails ends the connection, which is all there is to do
final class Accepted extends ChannelInitializer<Channel> {
    private final Desk desk;
    private final Loop loop;
    private final Limits limits;
    private final Supplier<Phase> phase;
    private final Doorman doorman;
    private final @Nullable Certificates certificates;

    /** @param certificates null for plain connections */
    Accepted(
            Desk desk,
            Loop loop,
            Limits limits,
            Supplier<Phase> phase,
            Doorman doorman,
            @Nullable Certificates certificates) {
        this.desk = desk;
        this.loop = loop;
        this.limits = limits;
        this.phase = phase;
        this.doorman = doorman;
        this.certificates = certificates;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            channel.close(); // gone before it was let in
            return;
        }
        var peer = remote.getAddress();
        if (!doorman.enters(peer)) {
            loop.tally().count(Sundry.CONNECTIONS_REFUSED);
            // A reset, so that nothing of it lingers here
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
            return;
        }
        loop.tally().count(Sundry.CONNECTIONS_OPENED);
        channel.closeFuture().addListener(closed -> {
            doorman.left(peer);
            loop.tally().count(Sundry.CONNECTIONS_CLOSED);
        });
        if (certificates == null) {
            channel.pipeline()
                    .addLast(
                            new ProtocolChoice(loop, limits, ctx -> joinHttp1(ctx, peer), ctx -> joinHttp2(ctx, peer)));
        } else {
            var tls = certificates.context().newHandler(channel.alloc());
            tls.setHandshakeTimeoutMillis(limits.request().toMillis());
            channel.pipeline().addLast(tls, new Negotiated(peer));
        }
    }

    private void joinHttp1(ChannelHandlerContext place, InetAddress peer) {
        new Http1Connection(desk, loop, limits, phase, peer).join(place);
    }

    private void joinHttp2(ChannelHandlerContext place, InetAddress peer) {
        new Http2Connection(desk, loop, limits, phase, peer).join(place);
    }

    /** What the client chose during the TLS handshake (ALPN). */
    private final class Negotiated extends ApplicationProtocolNegotiationHandler {
        private final InetAddress peer;

        Negotiated(InetAddress peer) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.peer = peer;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                joinHttp2(ctx, peer);
            } else {
                joinHttp1(ctx, peer);
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // scanners and wrong clients; nothing that a log needs
        }
    }
}
