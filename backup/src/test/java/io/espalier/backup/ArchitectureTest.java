package io.espalier.backup;

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

/** What this module may lean on is listed here, and nothing else, since it runs inside every agent. */
@AnalyzeClasses(packages = "io.espalier.backup", importOptions = ArchitectureTest.NoTests.class)
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
                    "io.espalier.backup..",
                    "com.github.luben.zstd..",
                    "com.exceptionfactory.jagged..",
                    "redis.clients.jedis..",
                    "org.slf4j..",
                    "org.jspecify.annotations..")))
            .because("it runs inside every agent");

    @ArchTest
    static final ArchRule hasNoPackageCycles = slices().matching("io.espalier.backup.(*)..")
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
