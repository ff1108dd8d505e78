package io.espalier.orchestrator.render;

import freemarker.template.TemplateBooleanModel;
import freemarker.template.TemplateCollectionModel;
import freemarker.template.TemplateHashModelEx2;
import freemarker.template.TemplateModel;
import freemarker.template.TemplateModelIterator;
import freemarker.template.TemplateNumberModel;
import freemarker.template.TemplateScalarModel;
import freemarker.template.TemplateSequenceModel;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What templates see, as {@link Model} gives it, which tells of each text, number and boolean that is read where it came
 * from: {@code vars.site.ports[0]}, {@code host.name}, {@code fleet.hosts.web1.address}.
 */
final class Watched {

    private final BiConsumer<String, String> read;

    /** @param read given the path and the value */
    Watched(BiConsumer<String, String> read) {
        this.read = read;
    }

    TemplateHashModelEx2 root(Map<String, Object> model) {
        return new Hash("", model);
    }

    private @Nullable TemplateModel of(String path, @Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map -> new Hash(path, map);
            case List<?> list -> new Sequence(path, list);
            case Number number ->
                (TemplateNumberModel) () -> {
                    read.accept(path, number.toString());
                    return number;
                };
            case Boolean flag ->
                (TemplateBooleanModel) () -> {
                    read.accept(path, flag.toString());
                    return flag;
                };
            default -> new Text(path, value.toString());
        };
    }

    private final class Text implements TemplateScalarModel {
        private final String path;
        private final String text;

        Text(String path, String text) {
            this.path = path;
            this.text = text;
        }

        @Override
        public String getAsString() {
            read.accept(path, text);
            return text;
        }
    }

    private final class Hash implements TemplateHashModelEx2 {
        private final String path;
        private final Map<?, ?> map;

        Hash(String path, Map<?, ?> map) {
            this.path = path;
            this.map = map;
        }

        private String below(String key) {
            if (path.isEmpty()) {
                return key;
            }
            return path.equals("host") && key.equals("vars") ? "vars" : path + "." + key;
        }

        @Override
        public @Nullable TemplateModel get(String key) {
            return of(below(key), map.get(key));
        }

        @Override
        public boolean isEmpty() {
            return map.isEmpty();
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public TemplateCollectionModel keys() {
            return () -> iterator(map.keySet().iterator(), key -> (TemplateScalarModel) key::toString);
        }

        @Override
        public TemplateCollectionModel values() {
            return () -> iterator(map.entrySet().iterator(), this::value);
        }

        private @Nullable TemplateModel value(Map.Entry<?, ?> entry) {
            return of(below(entry.getKey().toString()), entry.getValue());
        }

        @Override
        public KeyValuePairIterator keyValuePairIterator() {
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            return new KeyValuePairIterator() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public KeyValuePair next() {
                    Map.Entry<?, ?> entry = entries.next();
                    return new KeyValuePair() {
                        @Override
                        public TemplateModel getKey() {
                            return (TemplateScalarModel) () -> entry.getKey().toString();
                        }

                        @Override
                        public @Nullable TemplateModel getValue() {
                            return value(entry);
                        }
                    };
                }
            };
        }
    }

    private final class Sequence implements TemplateSequenceModel {
        private final String path;
        private final List<?> list;

        Sequence(String path, List<?> list) {
            this.path = path;
            this.list = list;
        }

        @Override
        public @Nullable TemplateModel get(int index) {
            if (index < 0 || index >= list.size()) {
                return null;
            }
            Object item = list.get(index);
            boolean isHost = path.startsWith("fleet.") && item instanceof Map<?, ?> host && host.containsKey("address");
            return of(isHost ? "fleet.hosts." + ((Map<?, ?>) item).get("name") : path + "[" + index + "]", item);
        }

        @Override
        public int size() {
            return list.size();
        }
    }

    private interface Wrapping<T> {
        @Nullable
        TemplateModel wrap(T item);
    }

    private static <T> TemplateModelIterator iterator(Iterator<? extends T> items, Wrapping<T> wrapping) {
        return new TemplateModelIterator() {
            @Override
            public @Nullable TemplateModel next() {
                return wrapping.wrap(items.next());
            }

            @Override
            public boolean hasNext() {
                return items.hasNext();
            }
        };
    }
}
