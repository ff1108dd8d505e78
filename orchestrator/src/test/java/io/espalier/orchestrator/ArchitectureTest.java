package io.espalier.orchestrator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the arrows of the design: data flows one way, deciding is apart from doing, the web sees all. */
@AnalyzeClasses(packages = "io.espalier.orchestrator", importOptions = ArchitectureTest.NoTests.class)
class ArchitectureTest {
    private static final String ROOT = "io.espalier.orchestrator";

    @ArchTest
    static final ArchRule hasNoPackageCycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule decidingIsApartFromDoing = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".fleet..", ROOT + ".render..", ROOT + ".plan..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.net..", "org.springframework..", "org.eclipse.jgit..", "net.schmizz..", "com.hierynomus..")
            .because("what decides must run without a network, a container or a repository")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule subversionIsSeenInOnePackage = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".source.svn..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.tmatesoft..", "net.jpountz..")
            .because("its library is loaded by the first Subversion source and by nothing else")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodySeesTheWeb = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".web..", ROOT + ".demo..")
            .and()
            .resideInAPackage(ROOT + ".*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".web..")
            .because("the web UI and the REST API sit on top of everything else")
            .allowEmptyShould(true);

    /** ArchUnit's own DoNotIncludeTests does not know the folder of the quick build. */
    static final class NoTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }
}
