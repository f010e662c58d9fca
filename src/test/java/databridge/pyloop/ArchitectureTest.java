package databridge.pyloop;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.ReusableBlock;
import databridge.pyloop.ffi.StaticMemory;
import databridge.pyloop.ffi.StaticText;
import databridge.pyloop.libc.Epoll;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The layers and the arrows between them, as drawn in ARCHITECTURE.md.
///
/// The engine must stay free of CPython and of foreign memory, and the binding of CPython free of event loops:
/// `handles`, `loop` and `transports` join the two, and `boot` wires everything.
final class ArchitectureTest {
    private static final String ROOT = "databridge.pyloop";
    private static final Set<String> LAYERS = Set.of(
            "collections",
            "ffi",
            "runtime",
            "libc",
            "cpython",
            "engine",
            "epoll",
            "handles",
            "receiving",
            "loop",
            "openssl",
            "transports",
            "tls",
            "boot");

    private static final JavaClasses ENGINE_JAR = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    void layersDependOnlyOnThoseBelow() {
        var layers = layeredArchitecture().consideringOnlyDependenciesInAnyPackage(ROOT + "..");
        for (String layer : LAYERS) {
            layers = layers.layer(layer).definedBy(packageOf(layer));
        }
        layers.whereLayer("ffi")
                .mayNotAccessAnyLayer()
                .whereLayer("runtime")
                .mayOnlyAccessLayers("ffi")
                .whereLayer("collections")
                .mayNotAccessAnyLayer()
                .whereLayer("engine")
                .mayOnlyAccessLayers("collections")
                .whereLayer("libc")
                .mayOnlyAccessLayers("ffi")
                .whereLayer("cpython")
                .mayOnlyAccessLayers("runtime", "ffi")
                .whereLayer("epoll")
                .mayOnlyAccessLayers("engine", "libc")
                .whereLayer("epoll")
                .mayOnlyBeAccessedByLayers("boot")
                .whereLayer("handles")
                .mayOnlyAccessLayers("cpython", "engine", "collections", "runtime", "ffi")
                .whereLayer("receiving")
                .mayOnlyAccessLayers("cpython", "libc", "ffi")
                .whereLayer("loop")
                .mayOnlyAccessLayers(
                        "handles", "receiving", "cpython", "engine", "collections", "openssl", "libc", "runtime", "ffi")
                .whereLayer("transports")
                .mayOnlyAccessLayers(
                        "loop", "handles", "receiving", "cpython", "engine", "collections", "libc", "runtime", "ffi")
                .whereLayer("openssl")
                .mayOnlyAccessLayers("ffi")
                .whereLayer("tls")
                .mayOnlyAccessLayers("transports", "loop", "cpython", "openssl", "runtime", "ffi")
                .whereLayer("tls")
                .mayOnlyBeAccessedByLayers("boot")
                .whereLayer("boot")
                .mayNotBeAccessedByAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(ENGINE_JAR);
    }

    @Test
    void engineNeedsOnlyTheStandardLibraryAndNoForeignMemory() {
        classes()
                .that()
                .resideInAnyPackage(packageOf("engine"), packageOf("collections"))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                packageOf("engine"), packageOf("collections"), "java..", "org.jspecify.annotations")
                        .and(resideInAPackage("java.lang.foreign..").negate()))
                .check(ENGINE_JAR);
    }

    @Test
    void ffiAndRuntimeNeedOnlyTheStandardLibraryAndTheCompilers() {
        classes()
                .that()
                .resideInAnyPackage(packageOf("ffi"), packageOf("runtime"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        packageOf("ffi"),
                        packageOf("runtime"),
                        "java..",
                        "jdk.internal.misc",
                        "org.graalvm.nativeimage..",
                        "org.graalvm.word..",
                        "com.oracle.svm.core..",
                        "org.jspecify.annotations")
                .check(ENGINE_JAR);
    }

    /// Classes that need each other cannot be understood, tested or moved one at a time. A class and those nested in it
    /// count as one.
    @Test
    void noClassesFormACycle() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                        String name = javaClass.getName();
                        return name.startsWith(ROOT)
                                ? SliceIdentifier.of(name.split("\\$", 2)[0])
                                : SliceIdentifier.ignore();
                    }

                    @Override
                    public String getDescription() {
                        return "classes";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(ENGINE_JAR);
    }

    /// A second poller can be added beside this one: nothing else depends on the system calls that it makes.
    @Test
    void onlyEpollPackageKnowsEpoll() {
        noClasses()
                .that()
                .resideOutsideOfPackage(packageOf("epoll"))
                .and()
                .doNotBelongToAnyOf(Epoll.class)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Epoll.class)
                .check(ENGINE_JAR);
    }

    /// Raw memory can crash the process, and the compiler's classes tie the project to one compiler.
    /// The entry point by which Python loads the library is the one exception: its annotations name
    /// the compiler's.
    @Test
    void onlyFfiAndRuntimeKnowTheCompilerAndRawMemory() {
        noClasses()
                .that()
                .resideOutsideOfPackages(packageOf("ffi"), packageOf("runtime"))
                .and()
                .doNotHaveSimpleName("ExtensionModule")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jdk.internal..", "java.lang.foreign..", "org.graalvm..", "com.oracle.svm..")
                .check(ENGINE_JAR);
    }

    /// Only `libc` and `cpython` know how C is called and what it exports. The layers above read and write
    /// the memory of objects whose layout they know.
    @Test
    void layersAbovePythonUseNothingOfFfiButMemory() {
        classes()
                .that()
                .resideInAnyPackage(
                        packageOf("handles"),
                        packageOf("receiving"),
                        packageOf("loop"),
                        packageOf("transports"),
                        packageOf("tls"))
                .should()
                .onlyDependOnClassesThat(resideInAPackage(packageOf("ffi"))
                        .negate()
                        .or(belongToAnyOf(
                                Memory.class,
                                ReusableBlock.class,
                                StaticMemory.class,
                                StaticText.class,
                                StaticText[].class)))
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
