package io.espalier.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** The commented reference of settings names all there are, no others, and their real defaults. */
class ReferenceTest {

    private static final Path REFERENCE = Path.of("..", "docs", "server-reference.yaml");

    @Test
    void namesNoSettingThatDoesNotExist() throws IOException {
        Map<String, Object> given = reference();

        Map<Class<?>, String> records = settings();
        assertThat(records).hasSizeGreaterThan(2);
        var known = new TreeSet<String>();
        records.forEach((type, prefix) -> {
            Map<String, Object> own = own(given, prefix, records);
            var source = new MapConfigurationPropertySource(own);
            new Binder(source).bind(prefix, Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
            known.addAll(own.keySet());
        });

        assertThat(given.keySet().stream().filter(name -> name.startsWith("espalier.")))
                .allMatch(known::contains);
    }

    @Test
    void tellsTheDefaults() throws IOException {
        Map<String, Object> given = reference();

        settings().forEach((type, prefix) -> {
            Object fromReference = new Binder(new MapConfigurationPropertySource(own(given, prefix, settings())))
                    .bindOrCreate(prefix, Bindable.of(type));
            Object fromNothing =
                    new Binder(List.<ConfigurationPropertySource>of()).bindOrCreate(prefix, Bindable.of(type));

            assertThat(fromReference).as(prefix).isEqualTo(fromNothing);
        });
    }

    /** What is below {@code prefix} and not below a longer prefix that is another record's. */
    private static Map<String, Object> own(Map<String, Object> given, String prefix, Map<Class<?>, String> records) {
        var own = new LinkedHashMap<String, Object>();
        given.forEach((name, value) -> {
            boolean isOthers = records.values().stream()
                    .anyMatch(other -> other.length() > prefix.length() && name.startsWith(other + "."));
            if (name.startsWith(prefix + ".") && !isOthers) {
                own.put(name, value);
            }
        });
        return own;
    }

    private static Map<Class<?>, String> settings() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        var found = new LinkedHashMap<Class<?>, String>();
        scanner.findCandidateComponents("io.espalier.orchestrator").forEach(bean -> {
            try {
                Class<?> type = Class.forName(bean.getBeanClassName());
                found.put(
                        type, type.getAnnotation(ConfigurationProperties.class).value());
            } catch (ClassNotFoundException e) {
                throw new AssertionError(e);
            }
        });
        return found;
    }

    private static Map<String, Object> reference() throws IOException {
        var all = new TreeMap<String, Object>();
        for (PropertySource<?> source :
                new YamlPropertySourceLoader().load("reference", new FileSystemResource(REFERENCE))) {
            for (String name : new ArrayList<>(List.of(((EnumerablePropertySource<?>) source).getPropertyNames()))) {
                Object value = source.getProperty(name);
                if (value != null && !"".equals(value.toString())) {
                    all.put(ConfigurationPropertyName.adapt(name, '.').toString(), value);
                }
            }
        }
        return all;
    }
}
