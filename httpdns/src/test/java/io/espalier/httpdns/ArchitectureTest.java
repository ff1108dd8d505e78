package io.espalier.httpdns;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
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

/** What HTTPDNS may lean on, and that deciding stays apart from carrying bytes. */
@AnalyzeClasses(packages = "io.espalier.httpdns", importOptions = ArchitectureTest.NoTests.class)
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
                    "io.espalier.httpdns..",
                    "org.jspecify.annotations..",
                    "org.slf4j..",
                    "io.netty..",
                    "org.xbill.DNS..",
                    "redis.clients.jedis..",
                    "com.github.benmanes.caffeine..",
                    "org.snakeyaml.engine..")))
            .because("it is a library first");

    @ArchTest
    static final ArchRule onlyTheFrontKnowsNetty = noClasses()
            .that()
            .resideOutsideOfPackage("io.espalier.httpdns.front..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule dialectsArePure = classes()
            .that()
            .resideInAnyPackage("io.espalier.httpdns.dialect..", "io.espalier.httpdns.access..")
            .should()
            .onlyDependOnClassesThat(JDK.or(resideInAnyPackage(
                    "io.espalier.httpdns.dialect..",
                    "io.espalier.httpdns.access..",
                    "io.espalier.httpdns.answer..",
                    "org.jspecify.annotations..")));

    @ArchTest
    static final ArchRule hasNoPackageCycles = slices().matching("io.espalier.httpdns.(*)..")
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
