package io.espalier.orchestrator.render;

import freemarker.core.ParseException;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.MalformedTemplateNameException;
import freemarker.template.SimpleObjectWrapper;
import freemarker.template.Template;
import freemarker.template.TemplateExceptionHandler;
import freemarker.template.TemplateNotFoundException;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.protocol.Digest;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The templates below one folder of one snapshot, parsed once each. FreeMarker sees nothing but this: no files, no
 * classes, no locale variants, and every {@code <#include>} comes through {@link #template}.
 */
final class TemplateSet {

    private static final int MAX_NAME = 1_000;

    private volatile Snapshot snapshot;
    private final String prefix;
    private final String label;
    private final Configuration configuration = new Fenced();

    /** A template, or what is wrong with it. */
    private final Map<String, Object> parsed = new ConcurrentHashMap<>();

    /**
     * @param prefix of its paths in the snapshot; empty or ending in a slash
     * @param label in front of template names in problems, such as {@code templates:}
     */
    TemplateSet(Snapshot snapshot, String prefix, String label) {
        this.snapshot = snapshot;
        this.prefix = prefix;
        this.label = label;
    }

    /**
     * Reads from now on from {@code same}, whose templates are the same: the one it was made with may have been that of
     * a push, whose repository was only lent.
     */
    void readFrom(Snapshot same) {
        snapshot = same;
    }

    /** What a template is called in problems. */
    String shown(String name) {
        return label + name;
    }

    String source() {
        return snapshot.source().value();
    }

    /** The path in the source. */
    String path(String name) {
        return prefix + name;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** Of the template's own bytes; of none if it is not there. */
    Digest digest(String name) {
        return Digest.of(snapshot.read(path(name)).orElse(new byte[0]));
    }

    /** @throws IOException a FreeMarker one that tells position and reason, if there is none that can be used */
    Template template(String name) throws IOException {
        String normal = normalized(name);
        Object known = parsed.get(normal);
        if (known == null) {
            known = parsed.computeIfAbsent(normal, this::parse);
        }
        return switch (known) {
            case Template template -> template;
            case ParseException e -> throw e;
            case TemplateNotFoundException e -> throw e;
            default -> throw new IllegalStateException("parsed: " + known);
        };
    }

    private Object parse(String name) {
        Optional<byte[]> content = snapshot.read(prefix + name);
        if (content.isEmpty()) {
            return new TemplateNotFoundException(name, null, "no such template");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content.get()))
                    .toString();
            var template = new Template(name, name, new StringReader(text), configuration, "UTF-8");
            Fence.enclose(template);
            return template;
        } catch (ParseException e) {
            return e;
        } catch (CharacterCodingException e) {
            return unparsed("not UTF-8 text");
        } catch (StackOverflowError e) {
            return unparsed("nested too deep");
        } catch (IOException e) {
            return unparsed(String.valueOf(e.getMessage()));
        }
    }

    private static ParseException unparsed(String why) {
        return new ParseException(why, (Template) null, 1, 1, 1, 1);
    }

    /** Refuses a name that leaves the folder, and FreeMarker's search upwards ({@code *}). */
    private static String normalized(String name) throws MalformedTemplateNameException {
        if (name.length() > MAX_NAME || name.chars().anyMatch(c -> c < 0x20 || c == '\\' || c == ':' || c == '*')) {
            throw new MalformedTemplateNameException(name, "no path below the templates");
        }
        Deque<String> names = new ArrayDeque<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                if (names.pollLast() == null) {
                    throw new MalformedTemplateNameException(name, "it leads out of the templates");
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                names.addLast(part);
            }
        }
        return String.join("/", names);
    }

    /** FreeMarker with everything off that is not needed to fill in text. */
    private final class Fenced extends Configuration {

        Fenced() {
            super(Configuration.VERSION_2_3_35);
            var wrapper = new SimpleObjectWrapper(Configuration.VERSION_2_3_35);
            wrapper.setDOMNodeSupport(false);
            wrapper.setJythonSupport(false);
            setObjectWrapper(wrapper);
            setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
            setAPIBuiltinEnabled(false);
            clearSharedVariables();
            setTemplateLoader(null);
            setLocalizedLookup(false);
            setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
            setLogTemplateExceptions(false);
            setWrapUncheckedExceptions(false);
            setRecognizeStandardFileExtensions(false);
            setTagSyntax(ANGLE_BRACKET_TAG_SYNTAX);
            setInterpolationSyntax(DOLLAR_INTERPOLATION_SYNTAX);
            setDefaultEncoding("UTF-8");
            setOutputEncoding("UTF-8");
            setLocale(Locale.ROOT);
            setTimeZone(TimeZone.getTimeZone("UTC"));
            setNumberFormat("computer");
            setBooleanFormat("c");
        }

        /** Every include and import comes through here, and nothing else is asked. */
        @Override
        public @Nullable Template getTemplate(
                String name,
                Locale locale,
                @Nullable Object condition,
                @Nullable String encoding,
                boolean parse,
                boolean ignoreMissing)
                throws IOException {
            try {
                return parse ? template(name) : plain(name);
            } catch (TemplateNotFoundException e) {
                if (ignoreMissing) {
                    return null;
                }
                throw e;
            }
        }
    }

    private Template plain(String name) throws IOException {
        String normal = normalized(name);
        byte[] content = snapshot.read(prefix + normal)
                .orElseThrow(() -> new TemplateNotFoundException(normal, null, "no such file"));
        return Template.getPlainTextTemplate(normal, new String(content, StandardCharsets.UTF_8), configuration);
    }
}
