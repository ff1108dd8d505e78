package io.espalier.metrics.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewsTest {
    @TempDir
    Path dir;

    private static SavedView view(String name, String... keys) {
        return new SavedView(name, List.of(keys), "default", "line", "avg", "6h");
    }

    @Test
    void viewsOutliveTheProcess() throws IOException {
        Optional<Path> file = Optional.of(dir.resolve("views.json"));
        var views = new Views(file);
        views.save(view("Shop", "br,*|sum", "a \"quoted\" key, ü"));
        views.save(view("Other", "x"));
        views.save(view("Other", "y"));
        assertThat(new Views(file).all())
                .containsExactly(view("Other", "y"), view("Shop", "br,*|sum", "a \"quoted\" key, ü"));
        assertThat(new Views(file).remove("Other")).isTrue();
        assertThat(new Views(file).find("Other")).isEmpty();
        assertThat(new Views(file).remove("Other")).isFalse();
    }

    @Test
    void aFileThatCannotBeReadIsNotOverwritten() throws IOException {
        Path file = dir.resolve("views.json");
        Files.writeString(file, "[{\"name\":\"x\",\"keys\":[]}]");
        assertThatThrownBy(() -> new Views(Optional.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("views.json");
        Files.writeString(file, "[{");
        assertThatThrownBy(() -> new Views(Optional.of(file))).isInstanceOf(IOException.class);
    }

    @Test
    void namesAndKeysAreBounded() {
        assertThatThrownBy(() -> view("a/b", "x")).hasMessageContaining("name");
        assertThatThrownBy(() -> view("", "x")).hasMessageContaining("name");
        assertThatThrownBy(() -> view("x")).hasMessageContaining("keys");
    }
}
