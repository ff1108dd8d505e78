package io.espalier.metrics.views;

import io.espalier.metrics.disk.DataFolder;
import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.Json;
import io.espalier.metrics.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** All saved views, in a file if there is one: {@code views.json}. */
public final class Views {
    /** There may not be more. */
    public static final int MOST = 1000;

    private final Optional<Path> file;
    private TreeMap<String, SavedView> byName;

    /** @throws IOException if the file is there and cannot be read: better not to start than to overwrite it */
    public Views(Optional<Path> file) throws IOException {
        this.file = file;
        byName = file.isPresent() ? read(file.get()) : new TreeMap<>();
    }

    /** Whether they outlive the process. */
    public boolean areKept() {
        return file.isPresent();
    }

    /** By name. */
    public synchronized List<SavedView> all() {
        return List.copyOf(byName.values());
    }

    public synchronized Optional<SavedView> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All of them: a list of objects with the fields of {@link SavedView}. */
    public String json() {
        return json(all());
    }

    /** Adds or replaces. */
    public synchronized void save(SavedView view) throws IOException {
        if (byName.size() >= MOST && !byName.containsKey(view.name())) {
            throw new IllegalArgumentException("more than " + MOST + " views");
        }
        var changed = new TreeMap<>(byName);
        changed.put(view.name(), view);
        write(changed.values());
        byName = changed;
    }

    /** False if there was none. */
    public synchronized boolean remove(String name) throws IOException {
        if (!byName.containsKey(name)) {
            return false;
        }
        var changed = new TreeMap<>(byName);
        changed.remove(name);
        write(changed.values());
        byName = changed;
        return true;
    }

    private void write(Collection<SavedView> views) throws IOException {
        if (file.isPresent()) {
            byte[] bytes = json(views).getBytes(StandardCharsets.UTF_8);
            DataFolder.replace(file.get(), channel -> {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
            });
        }
    }

    private static String json(Collection<SavedView> views) {
        var json = new JsonText().open('[');
        for (SavedView view : views) {
            json.open('{').name("name").text(view.name()).name("keys").open('[');
            view.keys().forEach(json::text);
            json.close(']').name("style").text(view.style()).name("type").text(view.type());
            json.name("function")
                    .text(view.function())
                    .name("span")
                    .text(view.span())
                    .close('}');
        }
        return json.close(']').toString();
    }

    private static TreeMap<String, SavedView> read(Path file) throws IOException {
        var views = new TreeMap<String, SavedView>();
        try {
            for (Json view : Json.parse(Files.readString(file)).list()) {
                List<String> keys = view.at("keys").map(Json::list).orElse(List.of()).stream()
                        .map(key -> key instanceof Json.Str(String text) ? text : "")
                        .toList();
                var saved = new SavedView(
                        view.text("name"),
                        keys,
                        view.text("style"),
                        view.text("type"),
                        view.text("function"),
                        view.text("span"));
                views.put(saved.name(), saved);
            }
        } catch (NoSuchFileException e) {
            return views;
        } catch (BadJsonException | IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        return views;
    }
}
