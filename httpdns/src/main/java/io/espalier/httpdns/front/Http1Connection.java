package io.espalier.httpdns.front;

import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.dialect.Request;
import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.front.Http1Text.Manner;
import io.espalier.httpdns.operate.Tally.Sundry;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of HTTP/1.1: one request after the other, their replies in the same order. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails ends the connection, which is all there is to do
final class Http1Connection extends ChannelInboundHandlerAdapter implements Watched {
    private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);
    private static final byte[] NOTHING = {};
    private static final long LINGER_NANOS = 2_000_000_000;

    private record Pending(
            Call call, Manner manner, @Nullable Outcome ready) {}

    private final Desk desk;
    private final Loop loop;
    private final Limits limits;
    private final Supplier<Phase> phase;
    private final InetAddress peer;
    private final boolean isPlain;
    private final Http1Decoder decoder;
    private final FastLane lane;
    private final Deque<Pending> queue = new ArrayDeque<>();

    private @Nullable ChannelHandlerContext context;
    private @Nullable HttpRequest current;
    private @Nullable ByteArrayOutputStream body;
    private boolean isBusy;
    private boolean isLast;
    private boolean isUnflushed;
    private boolean isBetweenRequests = true;
    private long lastActive = System.nanoTime();
    private long requestSince;
    private long stuckSince;
    private boolean isUnread;
    private long lingersSince;

    Http1Connection(Desk desk, Loop loop, Limits limits, Supplier<Phase> phase, InetAddress peer) {
        this.desk = desk;
        this.loop = loop;
        this.limits = limits;
        this.phase = phase;
        this.peer = peer;
        isPlain = desk.isPlain(peer);
        decoder = new Http1Decoder(limits);
        lane = new FastLane(this, loop, desk);
    }

    /** Puts this and what it needs at the end of a pipeline. */
    void join(ChannelHandlerContext place) {
        place.pipeline().addLast(lane, decoder, this);
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

    // --- Reading ---

    /** True if the next byte begins a request and nothing is under way before it. */
    boolean isReadyForFastLane() {
        return isBetweenRequests && !isBusy && queue.isEmpty() && !isLast && isPlain && phase.get() == Phase.SERVING;
    }

    /** Bytes go to the decoder; until it has made a request of all of them, the fast lane stays closed. */
    void passesToDecoder(long now) {
        lastActive = now;
        if (isBetweenRequests) {
            isBetweenRequests = false;
            requestSince = now;
        }
    }

    void wasAnsweredFast(long now) {
        lastActive = now;
        isUnflushed = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (isLast) {
                return; // whatever follows a last request is nobody's
            }
            if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
                refuseUndecodable(part.decoderResult().cause());
                return;
            }
            if (message instanceof HttpRequest head) {
                begin(head);
            }
            if (message instanceof HttpContent content && current != null) {
                take(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest head) {
        current = head;
        body = null;
        if (HttpUtil.getContentLength(head, 0L) > limits.body()) {
            refuse(Reason.BODY_TOO_LARGE, "a body of more than " + limits.body() + " bytes");
        } else if (head.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !head.headers().contains(HttpHeaderNames.HOST)) {
            refuse(Reason.MALFORMED_REQUEST, "no Host header");
        } else if (HttpUtil.is100ContinueExpected(head) && !isBusy && queue.isEmpty()) {
            write(Http1Text.CONTINUE, false);
        }
    }

    private void take(HttpContent content) {
        var size = content.content().readableBytes();
        if (size > 0) {
            if (body == null) {
                body = new ByteArrayOutputStream(size);
            }
            if (body.size() + size > limits.body()) {
                refuse(Reason.BODY_TOO_LARGE, "a body of more than " + limits.body() + " bytes");
                return;
            }
            try {
                content.content().readBytes(body, size);
            } catch (IOException e) {
                throw new AssertionError("in memory", e);
            }
        }
        if (content instanceof LastHttpContent) {
            var head = Objects.requireNonNull(current);
            current = null;
            requestSince = 0;
            isBetweenRequests = decoder.isDrained();
            if (!isBetweenRequests) {
                requestSince = lastActive;
            }
            accept(new Pending(call(head), manner(head), null));
        }
    }

    private Call call(HttpRequest head) {
        var target = head.uri();
        var scheme = target.startsWith("http://") ? 7 : target.startsWith("https://") ? 8 : 0;
        if (scheme > 0) {
            var slash = target.indexOf('/', scheme);
            target = slash < 0 ? "/" : target.substring(slash);
        }
        var mark = target.indexOf('?');
        var headers = head.headers();
        var forwarded = headers.getAll("X-Forwarded-For");
        var request = new Request(
                head.method().name(),
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                headers.get(HttpHeaderNames.CONTENT_TYPE, ""),
                headers.get(HttpHeaderNames.ACCEPT, ""),
                body == null ? NOTHING : body.toByteArray());
        return new Call(
                request,
                peer,
                forwarded.isEmpty() ? null : String.join(",", forwarded),
                headers.get(HttpHeaderNames.AUTHORIZATION),
                lastActive);
    }

    private static Manner manner(HttpRequest head) {
        return new Manner(
                HttpUtil.isKeepAlive(head),
                head.method().name().equals("HEAD"),
                head.protocolVersion().equals(HttpVersion.HTTP_1_0));
    }

    private void refuseUndecodable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            refuse(Reason.URL_TOO_LONG, "a request line of more than " + limits.head() + " bytes");
        } else if (cause instanceof TooLongHttpHeaderException) {
            refuse(Reason.HEADERS_TOO_LARGE, "headers of more than " + limits.head() + " bytes");
        } else if (cause instanceof TooLongFrameException) {
            refuse(Reason.BODY_TOO_LARGE, "a chunk that is too large");
        } else {
            refuse(Reason.MALFORMED_REQUEST, "not a request of HTTP/1.1");
        }
    }

    /** The connection ends after this: where the next request would begin is not known. */
    private void refuse(Reason reason, String message) {
        var request = current == null ? Request.get("/", "") : call(current).request();
        current = null;
        body = null;
        requestSince = 0;
        isLast = true;
        isUnread = true;
        var outcome = Desk.refused(request, reason, message, 0);
        enqueue(new Pending(new Call(request, peer, null, null, lastActive), new Manner(false, false, false), outcome));
    }

    // --- Answering ---

    private void accept(Pending pending) {
        if (!pending.manner.keepAlive()) {
            isLast = true;
        }
        if (queue.size() >= limits.pipelined()) {
            refuse(Reason.TOO_MANY_WAITING, "more than " + limits.pipelined() + " requests in a row");
        } else {
            enqueue(pending);
        }
    }

    private void enqueue(Pending pending) {
        queue.add(pending);
        while (!isBusy && !queue.isEmpty()) {
            answer(queue.remove());
        }
    }

    private void answer(Pending pending) {
        loop.at(lastActive);
        if (pending.ready != null) {
            finish(pending, pending.ready);
            return;
        }
        if (phase.get() == Phase.REFUSING) {
            finish(pending, Desk.refused(pending.call.request(), Reason.DRAINING, "this server is leaving", 1));
            return;
        }
        isBusy = true;
        var outcome = desk.serve(
                pending.call,
                result -> loop.execute(() -> {
                    lastActive = System.nanoTime();
                    loop.at(lastActive);
                    isBusy = false;
                    finish(pending, result);
                    while (!isBusy && !queue.isEmpty()) {
                        answer(queue.remove());
                    }
                    flush();
                }));
        if (outcome != null) {
            isBusy = false;
            finish(pending, outcome);
            lane.learn(pending.call, pending.manner, outcome);
        }
    }

    private void finish(Pending pending, Outcome outcome) {
        var isLeaving = phase.get() != Phase.SERVING;
        var manner = isLeaving ? pending.manner.last() : pending.manner;
        switch (outcome) {
            case Outcome.Answered answered -> {
                write(Http1Text.answer(answered.body(), loop.date(), manner), !manner.keepAlive());
                loop.answered(answered, pending.call.started());
            }
            case Outcome.Refused refused -> {
                var allowed = Dialects.allowed(pending.call.request().path());
                write(Http1Text.refusal(refused, allowed, loop.date(), manner), !manner.keepAlive());
                loop.tally().refused(refused.reason());
            }
        }
        if (!manner.keepAlive()) {
            isLast = true;
            queue.clear();
        }
    }

    /** Straight to the socket or TLS: there is no encoder. */
    void write(byte[] bytes, boolean isEnd) {
        var ctx = Objects.requireNonNull(context);
        var buffer = ctx.alloc().directBuffer(bytes.length).writeBytes(bytes);
        if (isEnd) {
            ctx.writeAndFlush(buffer).addListener(isUnread ? _ -> linger(ctx) : ChannelFutureListener.CLOSE);
        } else {
            ctx.write(buffer, ctx.voidPromise());
            isUnflushed = true;
        }
    }

    /**
     * Ends our half and goes on reading for a moment: a socket that is closed with something unread in it is reset, and
     * the client may never see what it was told.
     */
    private void linger(ChannelHandlerContext ctx) {
        if (ctx.channel() instanceof DuplexChannel channel && ctx.pipeline().get(SslHandler.class) == null) {
            lingersSince = System.nanoTime();
            channel.shutdownOutput();
        } else {
            ctx.close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flush();
    }

    private void flush() {
        if (isUnflushed && context != null) {
            isUnflushed = false;
            context.flush();
        }
    }

    // --- Patience ---

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        var isWritable = ctx.channel().isWritable();
        stuckSince = isWritable ? 0 : System.nanoTime();
        // Who does not read replies need not send requests.
        ctx.channel().config().setAutoRead(isWritable);
    }

    @Override
    public void check(long now) {
        if (lingersSince != 0) {
            if (now - lingersSince > LINGER_NANOS) {
                close();
            }
            return;
        }
        var isTooLate = (stuckSince != 0 && now - stuckSince > limits.write().toNanos())
                || (requestSince != 0 && now - requestSince > limits.request().toNanos())
                || (!isBusy
                        && queue.isEmpty()
                        && now - lastActive > limits.idle().toNanos());
        if (isTooLate) {
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
        if (!(cause instanceof IOException)) {
            LOG.warn("connection closed after a fault", cause);
        }
        ctx.close();
    }
}
