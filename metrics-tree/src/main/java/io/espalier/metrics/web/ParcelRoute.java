package io.espalier.metrics.web;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.relay.Courier;
import io.espalier.metrics.relay.Parcel;
import io.espalier.metrics.relay.Shipment;
import io.espalier.metrics.tree.Ledger;
import io.espalier.metrics.tree.MetricTree;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.ZipException;

/** {@code POST /relay}: parcels of a relay, answered with where its parcels stand here. */
final class ParcelRoute implements Route {
    private static final String SENDER = "Espalier-Sender";

    private final Courier courier;

    ParcelRoute(MetricTree tree) {
        courier = new Courier(tree);
    }

    @Override
    public boolean answer(Exchange exchange) throws IOException {
        if (!exchange.path().equals("/relay")) {
            return false;
        }
        if (!exchange.method().equals("POST")) {
            exchange.set("Allow", "POST");
            TreeWeb.problem(exchange, 405, "METHOD", "relays POST their parcels here");
            return true;
        }
        String sender = exchange.header(SENDER).orElse("");
        if (!Courier.isSender(sender)) {
            TreeWeb.problem(exchange, 400, "SENDER", SENDER + ": 32 hexadecimal digits expected");
            return true;
        }
        try {
            take(exchange, sender);
        } catch (BadBytesException | ZipException | EOFException e) {
            TreeWeb.problem(exchange, 400, "PARCEL", String.valueOf(e.getMessage()));
        }
        return true;
    }

    private void take(Exchange exchange, String sender) throws IOException {
        Shipment shipment;
        try (var memory = new BodyMemory()) {
            byte[] body = memory.read(exchange.body(), PushBody.MAX + 1);
            if (body.length > PushBody.MAX) {
                throw new PushBody.RefusedException(413, "SIZE", "more than " + PushBody.MAX + " bytes");
            }
            shipment = Shipment.read(body);
            for (Shipment.Item item : shipment.items()) {
                switch (take(sender, item)) {
                    case MERGED, SEEN -> {}
                    case OUT_OF_ORDER -> {
                        // Its sender goes on from where this answer says it stands.
                        TreeWeb.json(exchange, 200, courier.standing(sender).toJson());
                        return;
                    }
                    case OTHER_HISTORY -> {
                        TreeWeb.problem(
                                exchange,
                                409,
                                "HISTORY",
                                "parcel " + item.parcel().number() + " of " + sender
                                        + " is not the one that came before: two relays use one spool, or an old copy");
                        return;
                    }
                    case FULL ->
                        throw new PushBody.RefusedException(
                                503, "SENDERS", "more than " + Ledger.SENDERS + " relays have sent something");
                }
            }
        }
        TreeWeb.json(exchange, 200, courier.standing(sender).toJson());
    }

    private Ledger.Outcome take(String sender, Shipment.Item item) throws IOException {
        try (var memory = new BodyMemory();
                var inflated = item.parcel().delta()) {
            byte[] delta = memory.read(inflated, Parcel.MAX_DELTA + 1);
            if (delta.length > Parcel.MAX_DELTA) {
                throw new BadBytesException("a parcel of more than " + Parcel.MAX_DELTA + " bytes");
            }
            return courier.take(sender, item, delta);
        }
    }
}
