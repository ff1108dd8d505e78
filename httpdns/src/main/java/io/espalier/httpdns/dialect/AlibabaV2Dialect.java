package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Account;
import io.espalier.httpdns.access.Ciphers;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.access.Secret;
import io.espalier.httpdns.access.Signatures;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Alibaba's second version: {@code /v2/d?id=&m=0&dn=a,b&q=4,6&cip=&v=1.0&exp=&s=}. With {@code m} 1 (AES-CBC) or 2
 * (AES-GCM) the parameters {@code dn}, {@code q}, {@code cip} come as JSON, encrypted, in {@code enc} (hex), and
 * {@code data} goes back encrypted in Base64.
 */
final class AlibabaV2Dialect {
    static final String NAME = "alibaba-v2";
    private static final int MAX_HEX = 8192;

    private record Lock(Ciphers cipher, Secret key) {}

    private AlibabaV2Dialect() {}

    static Asked read(Parameters parameters, Terms terms, Instant now) throws RefusedException {
        var account = terms.accounts().find(parameters.first("id", ""));
        var isSigned = account.isPresent() && isSigned(parameters, account.get(), terms, now);
        var mode = parameters.first("m", "0");
        var lock = lock(mode, parameters, account.orElse(null));
        var inner = lock == null ? null : inner(lock, parameters.first("enc", ""));
        var names = value("dn", parameters, inner);
        var hosts = Host.list(List.of(names == null ? "" : names), AlibabaDialect.MAX_HOSTS);
        var query = value("q", parameters, inner);
        var families = AlibabaDialect.families(query == null ? "4" : query);
        var questions = new ArrayList<Question>();
        for (var host : hosts) {
            for (var family : families) {
                questions.add(new Question(host.name(), family, null));
            }
        }
        var client = value("cip", parameters, inner);
        return new Asked(
                NAME,
                questions,
                (answers, address) -> write(mode, lock, hosts, families.size(), answers, address),
                Claims.parse(client),
                client,
                isSigned,
                false);
    }

    /** From what was encrypted, if anything was. */
    private static @Nullable String value(String name, Parameters parameters, @Nullable Map<String, String> inner) {
        return inner == null ? parameters.first(name) : inner.get(name);
    }

    private static boolean isSigned(Parameters parameters, Account account, Terms terms, Instant now)
            throws RefusedException {
        var signature = parameters.first("s");
        if (signature == null) {
            return false;
        }
        var signed = new TreeMap<String, String>();
        for (var name : parameters.names()) {
            var counts = name.startsWith("sdns-")
                    || switch (name) {
                        case "id", "m", "dn", "cip", "q", "enc", "exp", "tags", "v" -> true;
                        default -> false;
                    };
            if (counts) {
                signed.put(name, parameters.first(name, ""));
            }
        }
        Signatures.checkHmac(account, signed, signature);
        Signatures.checkExpiry(
                parameters.first("exp", ""), now, terms.accounts().window());
        return true;
    }

    private static @Nullable Lock lock(String mode, Parameters parameters, @Nullable Account account)
            throws RefusedException {
        var cipher = switch (mode) {
            case "0" -> null;
            case "1" -> Ciphers.ALIBABA_CBC;
            case "2" -> Ciphers.ALIBABA_GCM;
            default -> throw new RefusedException(Reason.BAD_PARAMETER, "m: expected 0, 1 or 2");
        };
        if (cipher == null) {
            return null;
        }
        if (account == null) {
            throw new RefusedException(Reason.UNKNOWN_ACCOUNT, "no such account");
        }
        for (var key : account.cipherKeys()) {
            var bytes = fromHex(parameters.first("enc", ""));
            if (isFit(cipher, key) && cipher.decrypt(key, bytes) != null) {
                return new Lock(cipher, key);
            }
        }
        throw badCiphertext();
    }

    private static boolean isFit(Ciphers cipher, Secret key) {
        try {
            cipher.checkKey(key);
            return true;
        } catch (IllegalArgumentException e) {
            return false; // a key for another vendor's cipher
        }
    }

    private static Map<String, String> inner(Lock lock, String enc) throws RefusedException {
        var text = lock.cipher.decrypt(lock.key, fromHex(enc));
        if (text == null) {
            throw badCiphertext();
        }
        return FlatJson.parse(text);
    }

    private static byte[] fromHex(String text) throws RefusedException {
        if (text.length() > MAX_HEX) {
            throw badCiphertext();
        }
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            throw badCiphertext();
        }
    }

    private static RefusedException badCiphertext() {
        return new RefusedException(
                Reason.BAD_CIPHERTEXT, "not encrypted with this account's key, or not the expected JSON");
    }

    private static Body write(
            String mode, @Nullable Lock lock, List<Host> hosts, int families, List<Answer> answers, String client) {
        var data = new Json().open('{').name("cip").text(client).name("answers").open('[');
        for (var i = 0; i < hosts.size(); i++) {
            data.open('{').name("dn").text(hosts.get(i).spelled());
            for (var answer : answers.subList(i * families, (i + 1) * families)) {
                var addresses = Ttl.addresses(answer);
                data.name(answer.question().type() == Types.A ? "v4" : "v6")
                        .open('{')
                        .name("ips")
                        .open('[');
                addresses.forEach(data::text);
                data.close(']').name("ttl").number(answer.ttl());
                if (addresses.isEmpty()) {
                    data.name("no_ip_code").text(noAddress(answer));
                }
                data.close('}');
            }
            data.close('}');
        }
        data.close(']').close('}');
        var json = new Json()
                .open('{')
                .name("code")
                .text("success")
                .name("mode")
                .raw(mode)
                .name("data");
        if (lock == null) {
            json.raw(data.builder());
        } else {
            json.text(Base64.getEncoder().encodeToString(lock.cipher.encrypt(lock.key, data.toString())));
        }
        return Body.of(Body.JSON, json.close('}').builder(), 0);
    }

    private static String noAddress(Answer answer) {
        return switch (answer.rcode()) {
            case 0 -> "RRNotExist";
            case 3 -> "DomainNotExist";
            default -> "ResolveFail";
        };
    }
}
