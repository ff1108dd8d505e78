package io.espalier.orchestrator.ssh;

import java.security.KeyPair;
import java.util.List;
import net.schmizz.sshj.userauth.keyprovider.KeyPairWrapper;
import net.schmizz.sshj.userauth.method.AuthKeyboardInteractive;
import net.schmizz.sshj.userauth.method.AuthMethod;
import net.schmizz.sshj.userauth.method.AuthPassword;
import net.schmizz.sshj.userauth.method.AuthPublickey;
import net.schmizz.sshj.userauth.method.PasswordResponseProvider;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.PasswordUtils;

/** How one proves to a host who one is. */
public sealed interface Login {

    /** By a key that the host has in an {@code authorized_keys}. */
    record Key(KeyPair pair) implements Login {
        @Override
        public String toString() {
            return "Key[*****]";
        }
    }

    /** By a password, or by answering the one question of keyboard-interactive with it. */
    record Password(String reveal) implements Login {

        public Password(char[] secret) {
            this(new String(secret));
        }

        @Override
        public String toString() {
            return "Password[*****]";
        }
    }

    /** In the order in which they are tried. */
    default List<AuthMethod> methods() {
        return switch (this) {
            case Key(var pair) -> List.of(new AuthPublickey(new KeyPairWrapper(pair)));
            case Password(var secret) -> {
                PasswordFinder finder = PasswordUtils.createOneOff(secret.toCharArray());
                PasswordFinder again = PasswordUtils.createOneOff(secret.toCharArray());
                yield List.of(
                        new AuthPassword(finder), new AuthKeyboardInteractive(new PasswordResponseProvider(again)));
            }
        };
    }
}
