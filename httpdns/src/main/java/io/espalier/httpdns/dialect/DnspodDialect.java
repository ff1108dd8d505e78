package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Account;
import io.espalier.httpdns.access.Ciphers;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.access.Secret;
import io.espalier.httpdns.access.Signatures;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Question;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tencent's DNSPod: {@code /d?dn=www.example.com&ttl=1&clientip=1} answers {@code 192.0.2.1;192.0.2.2,60|203.0.113.7}.
 * Both families: {@code v4;v4,ttl-v6,ttl|ip}. Several names: a line each, {@code name.:ip;ip,ttl|ip}. A family without
 * an address is {@code 0}; a single name without any is an empty body. With {@code id} and {@code alg} the name comes
 * encrypted in hex, and so does the reply.
 */
final class DnspodDialect {
    static final String NAME = "dnspod";
    private static final int MAX_HEX = 8192;

    /** How the reply is to look. */
    private record Style(boolean isDual, boolean isNamed, boolean tellsTtl, boolean tellsClient) {}

    private record Lock(Ciphers cipher, Secret key) {}

    private DnspodDialect() {}

    static Asked read(Parameters parameters, Terms terms) throws RefusedException {
        var account = account(parameters, terms);
        var sent = parameters.first("dn", "");
        var lock = account.isEmpty() ? null : lock(parameters, account.get(), sent);
        var names = lock == null ? sent : decrypted(lock, sent);
        List<Host> hosts;
        try {
            hosts = Host.list(List.of(names), terms.maxNames());
        } catch (RefusedException e) {
            throw lock == null ? e : badCiphertext();
        }
        var isSigned = false;
        if (account.isPresent() && parameters.has("token")) {
            Signatures.checkToken(account.get(), parameters.first("token", ""));
            isSigned = true;
        }
        var type = parameters.first("type", "a").toLowerCase(java.util.Locale.ROOT);
        var families = switch (type) {
            case "a", "1", "" -> List.of(Types.A);
            case "aaaa", "28" -> List.of(Types.AAAA);
            case "addrs" -> List.of(Types.A, Types.AAAA);
            default -> throw new RefusedException(Reason.UNKNOWN_TYPE, "type: expected a, aaaa or addrs");
        };
        var questions = new ArrayList<Question>();
        for (var host : hosts) {
            for (var family : families) {
                questions.add(new Question(host.name(), family, null));
            }
        }
        var style = new Style(
                families.size() == 2,
                hosts.size() > 1 || parameters.isSet("query"),
                parameters.isSet("ttl"),
                parameters.isSet("clientip"));
        var claim = Claims.parse(parameters.first("ip"));
        return new Asked(
                NAME,
                questions,
                (answers, client) -> write(style, lock, hosts, answers, client),
                claim,
                parameters.first("ip"),
                isSigned,
                claim == null && account.isEmpty() && !style.tellsClient);
    }

    private static Optional<Account> account(Parameters parameters, Terms terms) throws RefusedException {
        var id = parameters.first("id");
        return id == null ? Optional.empty() : terms.accounts().find(id);
    }

    private static @Nullable Lock lock(Parameters parameters, Account account, String sent) throws RefusedException {
        var cipher = switch (parameters.first("alg", "")) {
            case "aes" -> Ciphers.DNSPOD_AES;
            case "des" -> Ciphers.DNSPOD_DES;
            // The older SDK names no algorithm and sends what no one would call a name.
            case "" -> isHex(sent) && !account.cipherKeys().isEmpty() ? Ciphers.DNSPOD_DES : null;
            default -> throw new RefusedException(Reason.BAD_PARAMETER, "alg: expected aes or des");
        };
        if (cipher == null) {
            return null;
        }
        for (var key : account.cipherKeys()) {
            if (isFit(cipher, key)
                    && isHex(sent)
                    && cipher.decrypt(key, HexFormat.of().parseHex(sent)) != null) {
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
            return false; // a key for the other cipher
        }
    }

    private static boolean isHex(String text) {
        return text.length() >= 16
                && text.length() <= MAX_HEX
                && text.length() % 2 == 0
                && text.chars().allMatch(HexFormat::isHexDigit);
    }

    private static String decrypted(Lock lock, String sent) throws RefusedException {
        var names = lock.cipher.decrypt(lock.key, HexFormat.of().parseHex(sent));
        if (names == null) {
            throw badCiphertext();
        }
        return names;
    }

    private static RefusedException badCiphertext() {
        return new RefusedException(Reason.BAD_CIPHERTEXT, "not encrypted with this account's key, or not a name");
    }

    private static Body write(Style style, @Nullable Lock lock, List<Host> hosts, List<Answer> answers, String client) {
        var text = new StringBuilder();
        var families = style.isDual ? 2 : 1;
        for (var i = 0; i < hosts.size(); i++) {
            if (i > 0) {
                text.append('\n');
            }
            line(text, style, hosts.get(i), answers.subList(i * families, (i + 1) * families), client);
        }
        if (lock != null && !text.isEmpty()) {
            var hex = HexFormat.of().formatHex(lock.cipher.encrypt(lock.key, text.toString()));
            return new Body(Body.TEXT, hex.getBytes(StandardCharsets.US_ASCII), 0, java.util.Map.of());
        }
        return Body.of(Body.TEXT, text, style.tellsClient ? 0 : Ttl.least(answers));
    }

    private static void line(StringBuilder text, Style style, Host host, List<Answer> answers, String client) {
        var isEmpty = answers.stream().allMatch(answer -> Ttl.addresses(answer).isEmpty());
        if (isEmpty && !style.isNamed) {
            return;
        }
        if (style.isNamed) {
            text.append(host.name()).append(".:");
        }
        for (var i = 0; i < answers.size(); i++) {
            var addresses = Ttl.addresses(answers.get(i));
            text.append(i > 0 ? "-" : "").append(addresses.isEmpty() ? "0" : String.join(";", addresses));
            if (style.tellsTtl) {
                text.append(',').append(answers.get(i).ttl());
            }
        }
        if (style.tellsClient) {
            text.append('|').append(client);
        }
    }
}
