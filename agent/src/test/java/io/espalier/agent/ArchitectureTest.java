package io.espalier.agent;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toUnmodifiableSet;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** The agent stays small: what it may lean on is listed here, and nothing else. */
@AnalyzeClasses(packages = "io.espalier.agent", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {
    private static final Set<String> JDK_PACKAGES = ModuleLayer.boot().modules().stream()
            .flatMap(module -> module.getPackages().stream())
            .collect(toUnmodifiableSet());
    private static final DescribedPredicate<JavaClass> JDK = describe(
            "the JDK",
            type -> type.getBaseComponentType().isPrimitive() || JDK_PACKAGES.contains(type.getPackageName()));

    @ArchTest
    static final ArchRule leansOnLittle = classes()
            .should()
            .onlyDependOnClassesThat(JDK.or(resideInAnyPackage(
                    "io.espalier.agent..",
                    "io.espalier.protocol..",
                    "io.espalier.backup..",
                    "com.github.luben.zstd..",
                    "org.quartz..",
                    "org.snakeyaml.engine..",
                    "org.jspecify.annotations..")))
            .because("it runs on every host, in a few megabytes");

    @ArchTest
    static final ArchRule hasNoPackageCycles = slices().matching("io.espalier.agent.(*)..")
            .should()
            .beFreeOfCycles()
            .allowEmptyShould(true);

    /** ArchUnit's own DoNotIncludeTests does not know the folder of the quick build. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }
}
