package io.espalier.httpdns.front;

import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.operate.Tally.Sundry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One connection of HTTP/2. Netty bounds resets, empty frames, settings and pings; here are the rest. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails ends the connection, which is all there is to do
final class Http2Connection extends ChannelInboundHandlerAdapter implements Watched {
    private final Desk desk;
    private final Loop loop;
    private final Limits limits;
    private final Supplier<Phase> phase;
    private final InetAddress peer;
    private @Nullable ChannelHandlerContext context;
    private long lastActive = System.nanoTime();
    private long stuckSince;
    private boolean isLeaving;

    Http2Connection(Desk desk, Loop loop, Limits limits, Supplier<Phase> phase, InetAddress peer) {
        this.desk = desk;
        this.loop = loop;
        this.limits = limits;
        this.phase = phase;
        this.peer = peer;
    }

    /** Puts this and what it needs at the end of a pipeline. */
    void join(ChannelHandlerContext place) {
        var codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(limits.streams())
                        .maxHeaderListSize(limits.head())
                        .initialWindowSize(limits.body()))
                .gracefulShutdownTimeoutMillis(limits.write().toMillis())
                .build();
        var streams = new Http2MultiplexHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline()
                        .addLast(
                                new Http2Stream(desk, loop, limits, phase, peer, () -> lastActive = System.nanoTime()));
            }
        });
        place.pipeline().addLast(codec, streams, this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        loop.watch(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        loop.forget(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message); // settings, pings: the codec has answered them
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        stuckSince = ctx.channel().isWritable() ? 0 : System.nanoTime();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void check(long now) {
        var isStuck = stuckSince != 0 && now - stuckSince > limits.write().toNanos();
        if (isStuck || now - lastActive > limits.idle().toNanos()) {
            loop.tally().count(Sundry.TIMEOUTS);
            close();
        } else if (phase.get() != Phase.SERVING && !isLeaving && context != null) {
            isLeaving = true;
            // Streams under way are still answered; the client opens new ones elsewhere.
            context.writeAndFlush(
                    new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
        }
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // broken frames and broken pipes; the codec has said so to the client
    }
}
