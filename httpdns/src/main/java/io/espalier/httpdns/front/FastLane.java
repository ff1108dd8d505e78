package io.espalier.httpdns.front;

import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.operate.Tally.Sundry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that came before, byte for byte, without parsing them again. A head gets known only after the
 * decoder made exactly one complete request of exactly these bytes, so it can be nothing else when it comes again at
 * the same place: between two requests.
 */
final class FastLane extends ChannelInboundHandlerAdapter {
    private static final int MAX_HEAD = 1024;
    private static final String END = "\r\n\r\n";

    private final Http1Connection connection;
    private final Loop loop;
    private final Desk desk;
    private @Nullable String candidate;

    FastLane(Http1Connection connection, Loop loop, Desk desk) {
        this.connection = connection;
        this.loop = loop;
        this.desk = desk;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var now = System.nanoTime();
        var bytes = (ByteBuf) message;
        var length = bytes.readableBytes();
        var isReady = length <= MAX_HEAD && connection.isReadyForFastLane();
        if (isReady) {
            var head = bytes.toString(bytes.readerIndex(), length, StandardCharsets.ISO_8859_1);
            var known = loop.prepared(head);
            if (known != null && answer(known, now)) {
                bytes.release();
                return;
            }
            candidate = head;
        }
        connection.passesToDecoder(now);
        ctx.fireChannelRead(message);
        candidate = null;
    }

    private boolean answer(Prepared known, long now) {
        loop.at(now);
        if (!known.holds(loop)) {
            var answers = desk.atHand(known.asked);
            if (answers == null) {
                return false;
            }
            known.render(answers, loop);
        }
        connection.write(known.bytes(), false);
        connection.wasAnsweredFast(now);
        loop.tally().count(Sundry.FAST);
        loop.answered(known.dialect, known.answers(), System.nanoTime() - now);
        return true;
    }

    /** Remembers the request that was just answered, if the same bytes will always mean the same. */
    void learn(Call call, Http1Text.Manner manner, Outcome outcome) {
        var head = candidate;
        candidate = null;
        if (head == null
                || !manner.keepAlive()
                || call.request().body().length > 0
                || !(outcome instanceof Outcome.Answered answered)) {
            return;
        }
        var asked = answered.asked();
        if (asked != null
                && asked.isForMany()
                && !answered.answers().isEmpty()
                && head.startsWith("GET ")
                && head.indexOf(END) == head.length() - END.length()) {
            loop.prepare(head, new Prepared(asked, Dialects.NAMES.indexOf(asked.dialect()), manner));
        }
    }
}
