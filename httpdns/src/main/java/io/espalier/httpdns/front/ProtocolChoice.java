package io.espalier.httpdns.front;

import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.operate.Tally.Sundry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Plain connections: HTTP/2 begins with {@code PRI} (RFC 9113, 3.4), and no method of HTTP/1.1 does. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails ends the connection, which is all there is to do
final class ProtocolChoice extends ByteToMessageDecoder implements Watched {
    private static final byte[] PREFACE = {'P', 'R', 'I', ' '};

    private final Loop loop;
    private final Limits limits;
    private final Consumer<ChannelHandlerContext> http1;
    private final Consumer<ChannelHandlerContext> http2;
    private final long since = System.nanoTime();
    private @Nullable ChannelHandlerContext context;

    ProtocolChoice(
            Loop loop, Limits limits, Consumer<ChannelHandlerContext> http1, Consumer<ChannelHandlerContext> http2) {
        this.loop = loop;
        this.limits = limits;
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        loop.watch(this);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        loop.forget(this);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        for (var i = 0; i < PREFACE.length; i++) {
            if (i == in.readableBytes()) {
                return; // it may yet become one
            }
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                http1.accept(ctx);
                ctx.pipeline().remove(this);
                return;
            }
        }
        http2.accept(ctx);
        ctx.pipeline().remove(this);
    }

    @Override
    public void check(long now) {
        if (now - since > limits.idle().toNanos()) {
            loop.tally().count(Sundry.TIMEOUTS);
            close();
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
        ctx.close();
    }
}
