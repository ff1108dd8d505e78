package io.espalier.httpdns.resolve;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;

/** Decides whether what came in answers what was asked. Looks at bytes only, so every rule is tested without a network. */
final class ReplyCheck {
    private ReplyCheck() {}

    sealed interface Verdict {
        /** The answer to the question, whatever it says. */
        record Fits(Message message) implements Verdict {}

        /** The right answer, but only its beginning. */
        record Truncated() implements Verdict {}

        /**
         * Almost the answer: a forger at work, or an upstream with poor manners. The truth is asked for over TCP.
         *
         * @param spelling true if nothing but the name's spelling was wrong
         */
        record NearMiss(String why, boolean spelling) implements Verdict {}

        /** Not an answer to anything: as if it had not come. */
        record Noise(String why) implements Verdict {}
    }

    /** @param stream true if it came over TCP, where a forger would need more than luck: the spelling may differ */
    static Verdict judge(Ask ask, byte[] bytes, boolean stream) {
        if (bytes.length < 12 || (bytes[2] & 0x80) == 0) {
            return new Verdict.Noise(bytes.length < 12 ? "shorter than a header" : "not a response");
        }
        if ((((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff)) != ask.id) {
            return new Verdict.NearMiss("another id", false);
        }
        if (((bytes[2] >> 3) & 0xf) != Opcode.QUERY) {
            return new Verdict.NearMiss("another opcode", false);
        }
        var questions = ((bytes[4] & 0xff) << 8) | (bytes[5] & 0xff);
        var rcode = bytes[3] & 0xf;
        if (questions == 0 && rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
            return parsed(ask, bytes); // FORMERR and the like may leave the question out
        }
        var end = 12 + ask.question.length;
        if (questions != 1 || bytes.length < end) {
            return new Verdict.NearMiss("another question", false);
        }
        if (!Arrays.equals(ask.question, 0, ask.question.length, bytes, 12, end)) {
            if (!sameLetters(ask.question, bytes)) {
                return new Verdict.NearMiss("another question", false);
            }
            if (!stream) {
                return new Verdict.NearMiss("another spelling", true);
            }
        }
        return (bytes[2] & 0x02) != 0 ? new Verdict.Truncated() : parsed(ask, bytes);
    }

    private static boolean sameLetters(byte[] question, byte[] bytes) {
        for (var i = 0; i < question.length; i++) {
            var fold = i < question.length - 4; // not type and class
            if ((fold ? lower(question[i]) : question[i]) != (fold ? lower(bytes[12 + i]) : bytes[12 + i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    private static Verdict parsed(Ask ask, byte[] bytes) {
        Message message;
        try {
            message = new Message(bytes);
        } catch (IOException | RuntimeException e) {
            return new Verdict.NearMiss("not a DNS message past its question", false);
        }
        if (ask.tsig != null && ask.tsig.verify(message, bytes, ask.signature) != Rcode.NOERROR) {
            return new Verdict.NearMiss("its TSIG does not hold", false);
        }
        return echoes(ask, message)
                ? new Verdict.Fits(message)
                : new Verdict.NearMiss("another client network than the one told", false);
    }

    /** RFC 7871 section 7.3: family, source prefix and address must come back as they went. */
    private static boolean echoes(Ask ask, Message message) {
        var echo = subnetOf(message);
        if (ask.network == null || echo == null) {
            return true;
        }
        return echo.getSourcePrefixLength() == ask.network.prefix()
                && echo.getAddress() != null
                && echo.getAddress().equals(ask.network.address());
    }

    static @Nullable ClientSubnetOption subnetOf(Message message) {
        var opt = message.getOPT();
        if (opt == null) {
            return null;
        }
        for (var option : opt.getOptions(EDNSOption.Code.CLIENT_SUBNET)) {
            if (option instanceof ClientSubnetOption subnet) {
                return subnet;
            }
        }
        return null;
    }
}
