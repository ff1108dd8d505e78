package io.espalier.backup.command;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.AgeRecipient;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code init} and {@code key}. */
final class KeyCommands {

    private static final Set<String> OPTIONS = Set.of("repo", "key", "identity", "recipient", "label", "output");

    private final Map<String, String> environment;
    private final Screen screen;

    KeyCommands(Map<String, String> environment, Screen screen) {
        this.environment = environment;
        this.screen = screen;
    }

    int init(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(words, OPTIONS, Set.of("quiet"));
        var places = new Places(arguments, environment);
        ObjectStore store = places.anyStore();
        if (!store.list(Kind.KEY).isEmpty()) {
            throw new IOException("there is a repository at " + places.repositoryName()
                    + " already (`backup key add` adds a client)");
        }
        Path keyFile = Path.of(arguments.needed("key", "ESPALIER_BACKUP_KEY", environment));
        if (Files.exists(keyFile)) {
            throw new IOException(keyFile + " is there already; it is not overwritten");
        }
        Optional<String> given = arguments.one("recipient");
        AgeRecipient recipient;
        if (given.isPresent()) {
            recipient = AgeRecipient.parse(given.get());
        } else {
            Path file = Path.of(arguments
                    .one("identity")
                    .orElseThrow(() -> new UsageException("--recipient or --identity is needed")));
            AgeIdentity.Pair pair = AgeIdentity.generate();
            recipient = pair.recipient();
            Places.writeSecret(
                    file, "# public key: " + recipient + "\n" + pair.identity().reveal() + "\n");
            screen.complain("The identity in " + file + " reads every backup. Keep it apart from this host, twice.");
        }
        return add(store, recipient, arguments, keyFile);
    }

    int key(List<String> words) throws UsageException, IOException {
        if (words.isEmpty()) {
            throw new UsageException("key: list or add?");
        }
        Arguments arguments = Arguments.parse(words.subList(1, words.size()), OPTIONS, Set.of("quiet"));
        var places = new Places(arguments, environment);
        ObjectStore store = places.store();
        return switch (words.getFirst()) {
            case "list" -> list(store, arguments);
            case "add" -> {
                Path file = Path.of(arguments.needed("key", "ESPALIER_BACKUP_KEY", environment));
                Optional<String> given = arguments.one("recipient");
                AgeRecipient recipient = given.isPresent()
                        ? AgeRecipient.parse(given.get())
                        : keys(store).getFirst().recipient();
                yield add(store, recipient, arguments, file);
            }
            default -> throw new UsageException("key: \"" + words.getFirst() + "\" (expected: list or add)");
        };
    }

    private int add(ObjectStore store, AgeRecipient recipient, Arguments arguments, Path file)
            throws UsageException, IOException {
        KeyObject.New made = KeyObject.create(arguments.one("label").orElse("default"), recipient);
        // The file first: a key object without its file is of no use, the other way round neither, and this leaves
        // less.
        Places.writeSecret(file, made.client().toFile());
        store.put(new ObjectName(Kind.KEY, made.client().keyHex()), ByteBuffer.wrap(made.bytes()));
        if (arguments.one("output").orElse("").equals("json")) {
            screen.json(Json.object("key", made.client().keyHex(), "recipient", recipient, "file", file));
        } else {
            screen.print("key        " + made.client().keyHex().substring(0, 8) + " in " + file);
            screen.print("recipient  " + recipient);
        }
        return BackupCommand.FINE;
    }

    private static List<KeyObject> keys(ObjectStore store) throws IOException {
        var keys = new ArrayList<KeyObject>();
        for (ObjectName name : store.list(Kind.KEY)) {
            keys.add(KeyObject.parse(name, store.get(name)));
        }
        return keys;
    }

    private int list(ObjectStore store, Arguments arguments) throws UsageException, IOException {
        List<KeyObject> keys = keys(store);
        if (arguments.one("output").orElse("").equals("json")) {
            screen.json(keys.stream()
                    .map(key -> Json.object(
                            "key", key.name().sha256Hex(), "label", key.label(), "recipient", key.recipient()))
                    .toList());
            return BackupCommand.FINE;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("KEY", "LABEL", "RECIPIENT"));
        keys.forEach(key -> rows.add(List.of(
                key.name().sha256Hex().substring(0, 8),
                key.label(),
                key.recipient().text())));
        screen.table(rows);
        return BackupCommand.FINE;
    }
}
