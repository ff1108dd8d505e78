package io.espalier.httpdns.front;

import io.espalier.httpdns.front.FrontSettings.Limits;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;

/** Netty's decoder, which also tells whether it holds anything back. */
final class Http1Decoder extends HttpRequestDecoder {
    Http1Decoder(Limits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.head())
                .setMaxHeaderSize(limits.head())
                .setMaxChunkSize(limits.body())
                .setValidateHeaders(true)
                .setAllowDuplicateContentLengths(false));
    }

    /** True if every byte that came in has gone out in an object. Holds only while such an object is handled. */
    boolean isDrained() {
        return actualReadableBytes() == 0;
    }
}
