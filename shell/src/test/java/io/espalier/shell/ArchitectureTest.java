package io.espalier.shell;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the arrows inside the shell: grammar and looks know no I/O, and Spring Shell stays at the edge. */
@AnalyzeClasses(packages = "io.espalier.shell", importOptions = ArchitectureTest.MainClasses.class)
class ArchitectureTest {
    /** ArchUnit's own option does not know the folder of the quick build. */
    static final class MainClasses implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    private static final String ROOT = "io.espalier.shell";

    @ArchTest
    static final ArchRule hasNoPackageCycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule grammarAndLooksKnowNoIo = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".line..", ROOT + ".view..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.io..", "java.nio..", ROOT + ".client..", ROOT + ".command..");

    @ArchTest
    static final ArchRule oneShotCommandsStartWithoutSpringShell = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".interactive..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.shell..", "org.springframework.context..");

    @ArchTest
    static final ArchRule onlyTheClientKnowsHttp = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".client..")
            .and()
            .doNotHaveSimpleName("Training")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "org.springframework.web..");
}
