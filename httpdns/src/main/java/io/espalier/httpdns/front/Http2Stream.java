package io.espalier.httpdns.front;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.dialect.Request;
import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.operate.Tally.Sundry;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stream of HTTP/2: one request and its reply. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails ends the connection, which is all there is to do
final class Http2Stream extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Stream.class);
    private static final byte[] NOTHING = {};

    private final Desk desk;
    private final Loop loop;
    private final Limits limits;
    private final Supplier<Phase> phase;
    private final InetAddress peer;
    private final Runnable seen;
    private @Nullable Http2Headers headers;
    private @Nullable ByteArrayOutputStream body;
    private @Nullable Future<?> deadline;
    private boolean isAnswered;

    /** @param seen is told of each sign of life */
    Http2Stream(Desk desk, Loop loop, Limits limits, Supplier<Phase> phase, InetAddress peer, Runnable seen) {
        this.desk = desk;
        this.loop = loop;
        this.limits = limits;
        this.phase = phase;
        this.peer = peer;
        this.seen = seen;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            seen.run();
            if (message instanceof Http2HeadersFrame frame) {
                begin(ctx, frame);
            } else if (message instanceof Http2DataFrame frame) {
                take(ctx, frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        if (headers == null) {
            headers = frame.headers();
        } // otherwise these are trailers
        if (frame.isEndStream()) {
            serve(ctx, headers);
        } else if (deadline == null) {
            deadline = ctx.executor()
                    .schedule(
                            () -> {
                                loop.tally().count(Sundry.TIMEOUTS);
                                ctx.close();
                            },
                            limits.request().toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void take(ChannelHandlerContext ctx, Http2DataFrame frame) {
        if (isAnswered) {
            return;
        }
        var head = Objects.requireNonNull(headers);
        var size = frame.content().readableBytes();
        if (body == null) {
            body = new ByteArrayOutputStream(size);
        }
        if (body.size() + size > limits.body()) {
            var request = request(head, NOTHING);
            body = null;
            reply(
                    ctx,
                    new Call(request, peer, null, null, System.nanoTime()),
                    Desk.refused(request, Reason.BODY_TOO_LARGE, "a body of more than " + limits.body() + " bytes", 0));
            return;
        }
        try {
            frame.content().readBytes(body, size);
        } catch (IOException e) {
            throw new AssertionError("in memory", e);
        }
        if (frame.isEndStream()) {
            serve(ctx, head);
        }
    }

    private void serve(ChannelHandlerContext ctx, Http2Headers head) {
        if (isAnswered) {
            return;
        }
        if (deadline != null) {
            deadline.cancel(false);
        }
        var request = request(head, body == null ? NOTHING : body.toByteArray());
        var forwarded = head.getAll("x-forwarded-for");
        var authorization = head.get(HttpHeaderNames.AUTHORIZATION);
        var call = new Call(
                request,
                peer,
                forwarded.isEmpty() ? null : String.join(",", forwarded),
                authorization == null ? null : authorization.toString(),
                System.nanoTime());
        loop.at(call.started());
        if (phase.get() == Phase.REFUSING) {
            reply(ctx, call, Desk.refused(request, Reason.DRAINING, "this server is leaving", 1));
            return;
        }
        var outcome = desk.serve(
                call,
                result -> loop.execute(() -> {
                    loop.at(System.nanoTime());
                    seen.run();
                    reply(ctx, call, result);
                }));
        if (outcome != null) {
            reply(ctx, call, outcome);
        }
    }

    private static Request request(Http2Headers head, byte[] body) {
        var target = text(head.path());
        var mark = target.indexOf('?');
        return new Request(
                text(head.method()),
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                text(head.get(HttpHeaderNames.CONTENT_TYPE)),
                text(head.get(HttpHeaderNames.ACCEPT)),
                body);
    }

    private static String text(@Nullable CharSequence value) {
        return value == null ? "" : value.toString();
    }

    private void reply(ChannelHandlerContext ctx, Call call, Outcome outcome) {
        isAnswered = true;
        var head = new DefaultHttp2Headers();
        switch (outcome) {
            case Outcome.Answered answered -> {
                head.status("200");
                answered.body().headers().forEach((name, value) -> head.set(name.toLowerCase(Locale.ROOT), value));
                loop.answered(answered, call.started());
            }
            case Outcome.Refused refused -> {
                var status = refused.reason().status();
                head.status(Integer.toString(status)).set("x-content-type-options", "nosniff");
                if (refused.retryAfter() > 0) {
                    head.setLong("retry-after", refused.retryAfter());
                }
                if (status == 405) {
                    head.set("allow", Dialects.allowed(call.request().path()));
                }
                loop.tally().refused(refused.reason());
            }
        }
        var bytes = outcome.body().bytes();
        head.set("date", loop.date())
                .set("content-type", outcome.body().contentType())
                .setInt("content-length", bytes.length)
                .set("cache-control", Http1Text.caching(outcome.body()));
        if (call.request().method().equals("HEAD") || bytes.length == 0) {
            ctx.writeAndFlush(new DefaultHttp2HeadersFrame(head, true));
        } else {
            ctx.write(new DefaultHttp2HeadersFrame(head, false));
            ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), true));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.warn("stream closed after a fault", cause);
        }
        ctx.close();
    }
}
