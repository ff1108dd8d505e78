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

/** What this module may lean on, and where each library stays. */
@AnalyzeClasses(packages = "io.espalier.httpdns", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {
    private static final Set<String> JDK_PACKAGES = ModuleLayer.boot().modules().stream()
            .flatMap(module -> module.getPackages().stream())
            .collect(toUnmodifiableSet());
    private static final DescribedPredicate<JavaClass> JDK = describe(
            "the JDK",
            type -> type.getBaseComponentType().isPrimitive() || JDK_PACKAGES.contains(type.getPackageName()));

    @ArchTest
    static final ArchRule answersAreValues = classes()
            .that()
            .resideInAPackage("..httpdns.answer")
            .should()
            .onlyDependOnClassesThat(
                    JDK.or(resideInAnyPackage("io.espalier.httpdns.answer", "org.jspecify.annotations")))
            .because("every other package speaks in them");

    @ArchTest
    static final ArchRule cacheKnowsNoNetwork = noClasses()
            .that()
            .resideInAPackage("..httpdns.cache")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.xbill..", "redis..", "io.netty..", "java.net.http.."));

    @ArchTest
    static final ArchRule codecStaysWithThoseWhoSpeakDns = noClasses()
            .that()
            .resideInAnyPackage("io.espalier.httpdns", "..httpdns.redis", "..httpdns.cache", "..httpdns.answer")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.xbill..");

    @ArchTest
    static final ArchRule redisStaysInItsPackage = noClasses()
            .that()
            .resideOutsideOfPackage("..httpdns.redis")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("redis..");

    @ArchTest
    static final ArchRule onlyTheFrontKnowsNetty = noClasses()
            .that()
            .resideOutsideOfPackage("..httpdns.front")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule dialectsAreOfBytesAndValues = classes()
            .that()
            .resideInAnyPackage("..httpdns.dialect", "..httpdns.access")
            .should()
            .onlyDependOnClassesThat(JDK.or(resideInAnyPackage(
                    "io.espalier.httpdns.dialect",
                    "io.espalier.httpdns.access",
                    "io.espalier.httpdns.answer",
                    "org.jspecify.annotations")))
            .because("a new dialect is tested without a socket");

    @ArchTest
    static final ArchRule hasNoPackageCycles =
            slices().matching("io.espalier.httpdns.(*)..").should().beFreeOfCycles();

    /** ArchUnit's own DoNotIncludeTests does not know the folder of the quick build. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }
}
