package databridge.pyloop;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The layers and the arrows between them, as drawn in ARCHITECTURE.md.
///
/// The engine must stay free of CPython and of foreign memory, and the binding of CPython free of event loops: only
/// `types` and `transports` join the two, and `boot` wires everything.
final class ArchitectureTest {
    private static final String ROOT = "databridge.pyloop";
    private static final Set<String> LAYERS =
            Set.of("ffi", "libc", "cpython", "engine", "poll", "types", "transports", "boot");

    // By path: the tests run inside the named module, where a search of the class path finds nothing.
    private static final JavaClasses ENGINE_JAR = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void layersDependOnlyOnThoseBelow() {
        var layers = layeredArchitecture().consideringOnlyDependenciesInAnyPackage(ROOT + "..");
        for (String layer : LAYERS) {
            layers = layers.layer(layer).definedBy(packageOf(layer));
        }
        layers.whereLayer("ffi")
                .mayNotAccessAnyLayer()
                .whereLayer("engine")
                .mayNotAccessAnyLayer()
                .whereLayer("libc")
                .mayOnlyAccessLayers("ffi")
                .whereLayer("cpython")
                .mayOnlyAccessLayers("ffi")
                .whereLayer("poll")
                .mayOnlyAccessLayers("engine", "libc")
                .whereLayer("types")
                .mayOnlyAccessLayers("cpython", "poll", "engine", "libc", "ffi")
                .whereLayer("transports")
                .mayOnlyAccessLayers("types", "cpython", "engine", "libc", "ffi")
                .whereLayer("boot")
                .mayNotBeAccessedByAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(ENGINE_JAR);
    }

    @Test
    void engineNeedsOnlyTheStandardLibraryAndNoForeignMemory() {
        classes()
                .that()
                .resideInAPackage(packageOf("engine"))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(packageOf("engine"), "java..", "org.jspecify.annotations")
                        .and(resideInAPackage("java.lang.foreign..").negate()))
                .check(ENGINE_JAR);
    }

    @Test
    void ffiNeedsOnlyTheStandardLibrary() {
        classes()
                .that()
                .resideInAPackage(packageOf("ffi"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(packageOf("ffi"), "java..", "org.jspecify.annotations")
                .check(ENGINE_JAR);
    }

    /// The calls that can crash the process. The compiler warns of them, and a suppressed warning would go unseen.
    @Test
    void onlyFfiCallsRestrictedMethods() {
        noClasses()
                .that()
                .resideOutsideOfPackage(packageOf("ffi"))
                .should()
                .dependOnClassesThat(belongToAnyOf(Linker.class))
                .orShould()
                .callMethod(MemorySegment.class, "reinterpret", long.class)
                .check(ENGINE_JAR);
    }

    @Test
    void everyPackageIsALayerAndNullMarked() {
        Set<String> names = new TreeSet<>();
        for (JavaPackage subpackage : ENGINE_JAR.getPackage(ROOT).getSubpackages()) {
            names.add(subpackage.getRelativeName());
            assertTrue(subpackage.isAnnotatedWith(NullMarked.class), subpackage::getName);
        }
        assertEquals(new TreeSet<>(LAYERS), names);
    }

    private static String packageOf(String layer) {
        return ROOT + "." + layer + "..";
    }
}
