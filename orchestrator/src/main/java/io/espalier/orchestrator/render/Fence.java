package io.espalier.orchestrator.render;

import freemarker.core.ParseException;
import freemarker.core.TemplateElement;
import freemarker.core.TemplateObject;
import freemarker.core._CoreAPI;
import freemarker.template.Template;
import java.lang.reflect.Method;
import java.util.Set;

/**
 * Refuses, when a template is parsed, what would make it more than a function of its input: the clock, and templates
 * made out of text. FreeMarker has no switch for these, so this walks the parsed template through the two package-private
 * methods that tell the parts of every directive and expression; if a version of FreeMarker has them no more, nothing is
 * rendered at all.
 */
@SuppressWarnings(
        "deprecation") // the tree of a template is "for internal use"; the test of the fence tells if it changes
final class Fence {

    private static final Set<String> REFUSED_BUILT_INS = Set.of("new", "eval", "interpret", "api", "has_api", "hasApi");

    /** The clock, and what tells of the program instead of the fleet. */
    private static final Set<String> REFUSED_VARIABLES =
            Set.of(".now", ".version", ".locale_object", ".localeObject", ".incompatible_improvements");

    private static final Method COUNT = open("getParameterCount");
    private static final Method VALUE = open("getParameterValue", int.class);

    private Fence() {}

    /** Checks a template that was just parsed and makes its empty loops countable. */
    static void enclose(Template template) throws ParseException {
        walk(template, template.getRootTreeNode());
        _CoreAPI.addThreadInterruptedChecks(template); // gives a loop with an empty body an element that Guard sees
    }

    private static void walk(Template template, TemplateObject part) throws ParseException {
        String name = part.getClass().getSimpleName();
        if (name.equals("BuiltinVariable")) {
            String variable = part.getCanonicalForm();
            if (REFUSED_VARIABLES.contains(variable)) {
                throw refused(template, part, variable);
            }
        }
        if (name.equals("PropertySetting") && part.getCanonicalForm().startsWith("<#setting classic")) {
            throw refused(template, part, "classic_compatible"); // it would print nothing for what is not set
        }
        int count = (int) call(COUNT, part);
        for (int i = 0; i < count; i++) {
            Object value = call(VALUE, part, i);
            if (value instanceof TemplateObject inner) {
                walk(template, inner);
            } else if (value instanceof String key && isBuiltIn(part) && REFUSED_BUILT_INS.contains(key)) {
                throw refused(template, part, "?" + key);
            }
        }
        if (part instanceof TemplateElement element) {
            for (int i = 0; i < element.getChildCount(); i++) {
                walk(template, (TemplateObject) element.getChildAt(i));
            }
        }
    }

    private static ParseException refused(Template template, TemplateObject part, String what) {
        return new ParseException(
                "'" + what + "' cannot be used in a template",
                template,
                part.getBeginLine(),
                part.getBeginColumn(),
                part.getEndLine(),
                part.getEndColumn());
    }

    private static boolean isBuiltIn(TemplateObject part) {
        for (Class<?> type = part.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals("freemarker.core.BuiltIn")) {
                return true;
            }
        }
        return false;
    }

    private static Method open(String name, Class<?>... parameters) {
        try {
            Method method = TemplateObject.class.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("this FreeMarker cannot be fenced", e);
        }
    }

    private static Object call(Method method, TemplateObject on, Object... arguments) {
        try {
            return method.invoke(on, arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this FreeMarker cannot be fenced", e);
        }
    }
}
