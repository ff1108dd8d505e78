package io.espalier.metrics.trend;

import io.espalier.metrics.bytes.BytesOut;
import java.nio.charset.StandardCharsets;

/**
 * A Prometheus remote-write request, version 1: protobuf in a snappy block. The block is of literals only, which the
 * format allows and every reader takes: what it saves would not pay for a library.
 *
 * <pre>
 * WriteRequest { repeated TimeSeries timeseries = 1 }   TimeSeries { repeated Label labels = 1; repeated Sample samples = 2 }
 * Label { string name = 1; string value = 2 }           Sample { double value = 1; int64 timestamp = 2 }
 * </pre>
 */
final class RemoteWrite {
    private static final int LENGTH_DELIMITED = 2;
    private static final int LITERAL = 60_000;

    private final String metric;
    private final BytesOut request = new BytesOut(1 << 16);

    RemoteWrite(String metric) {
        this.metric = metric;
    }

    void add(String key, double value, long millis) {
        var series = new BytesOut(128);
        message(series, 1, label("__name__", metric));
        message(series, 1, label("key", key));
        var sample = new BytesOut(24);
        sample.varint(1 << 3 | 1);
        sample.i8(Long.reverseBytes(Double.doubleToRawLongBits(value)));
        sample.varint(2 << 3);
        sample.varint(millis);
        message(series, 2, sample);
        message(request, 1, series);
    }

    private static BytesOut label(String name, String value) {
        var label = new BytesOut(64);
        label.varint(1 << 3 | LENGTH_DELIMITED);
        label.text(name);
        label.varint(2 << 3 | LENGTH_DELIMITED);
        label.block(value.getBytes(StandardCharsets.UTF_8));
        return label;
    }

    private static void message(BytesOut into, int field, BytesOut message) {
        into.varint(field << 3 | LENGTH_DELIMITED);
        into.varint(message.size());
        into.raw(message.array(), 0, message.size());
    }

    int size() {
        return request.size();
    }

    byte[] snappy() {
        var out = new BytesOut(request.size() + request.size() / 1000 + 16);
        out.varint(request.size());
        for (int at = 0; at < request.size(); at += LITERAL) {
            int length = Math.min(LITERAL, request.size() - at);
            // A literal whose length less one is in the next two bytes, low byte first.
            out.u1(61 << 2);
            out.u1(length - 1);
            out.u1(length - 1 >>> 8);
            out.raw(request.array(), at, length);
        }
        return out.copy();
    }
}
