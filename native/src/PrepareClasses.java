import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/// The bytecode step between Maven and the native-image builder: `java PrepareClasses.java CLASSES RESULT`.
///
/// Copies a tree of class files and adds what would be repetition in the sources.
///
/// - In classes with methods marked `@EntryPoint`, for each `name` a method `name$guard` with the annotations
///   by which the builder makes a function of C from it. They define how the thread enters and leaves Java,
///   and what is returned after a throwable. A guard calls fault injection, and then `name`. All guards are
///   the same: written by hand they would be two annotations and a call for each of some seventy methods.
/// - To methods marked `@Inlined` or `@NotInlined`, the compiler's annotation of that meaning.
/// - In `META-INF`, lists of all guards and of all classes, which `EntryTable` and `BuildFeature` read while
///   the library is built.
public final class PrepareClasses {
    private static final String RUNTIME = "databridge.pyloop.runtime.";
    private static final String ENTRY_POINT = "Ldatabridge/pyloop/runtime/EntryPoint;";
    private static final String INLINED = "Ldatabridge/pyloop/runtime/Inlined;";
    private static final String NOT_INLINED = "Ldatabridge/pyloop/runtime/NotInlined;";
    private static final ClassDesc ALWAYS_INLINE = ClassDesc.of("com.oracle.svm.core.AlwaysInline");
    private static final ClassDesc NEVER_INLINE = ClassDesc.of("com.oracle.svm.core.NeverInline");
    /// What C calls: the arguments of every kind of method fit into four registers, and surplus ones are ignored.
    private static final MethodTypeDesc SHAPE = MethodTypeDesc.of(CD_long, CD_long, CD_long, CD_long, CD_long);

    private static final String ENTRIES = "pyloop-entries";
    private static final String CLASSES = "pyloop-classes";

    private final Path source;
    private final Path result;
    private final List<String> guards = new ArrayList<>();
    private final List<String> classes = new ArrayList<>();

    private PrepareClasses(Path source, Path result) {
        this.source = source;
        this.result = result;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: java PrepareClasses.java CLASSES RESULT");
            System.exit(2);
        }
        new PrepareClasses(Path.of(arguments[0]), Path.of(arguments[1])).run();
    }

    private void run() throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                Path target = result.resolve(source.relativize(file));
                Files.createDirectories(target.getParent());
                byte[] bytes = Files.readAllBytes(file);
                Files.write(target, file.toString().endsWith(".class") ? prepared(bytes) : bytes);
            }
        }
        if (guards.isEmpty()) {
            throw new IllegalStateException("no entry points in " + source);
        }
        Path lists = Files.createDirectories(result.resolve("META-INF"));
        Files.write(lists.resolve(ENTRIES), guards);
        Files.write(lists.resolve(CLASSES), classes);
    }

    private byte[] prepared(byte[] bytes) {
        ClassFile format = ClassFile.of();
        ClassModel model = format.parse(bytes);
        if (!model.thisClass().asInternalName().endsWith("-info")) {
            classes.add(model.thisClass().asInternalName().replace('/', '.'));
        }
        List<MethodModel> entries = model.methods().stream()
                .filter(method -> marker(method, ENTRY_POINT) != null)
                .toList();
        ClassTransform inlining = (builder, element) -> {
            if (element instanceof MethodModel method && inlining(method) != null) {
                builder.transformMethod(method, MethodTransform.endHandler(marked -> marked.with(inlining(method))));
            } else {
                builder.with(element);
            }
        };
        ClassTransform guarding = ClassTransform.endHandler(builder -> {
            for (MethodModel entry : entries) {
                addGuard(builder, model.thisClass().asSymbol(), entry);
            }
        });
        return format.transformClass(model, inlining.andThen(guarding));
    }

    private static RuntimeVisibleAnnotationsAttribute inlining(MethodModel method) {
        if (marker(method, INLINED) != null) {
            return inlining(ALWAYS_INLINE, "on the path of every callback");
        }
        return marker(method, NOT_INLINED) != null ? inlining(NEVER_INLINE, "rare") : null;
    }

    private static RuntimeVisibleAnnotationsAttribute inlining(ClassDesc annotation, String reason) {
        return RuntimeVisibleAnnotationsAttribute.of(
                Annotation.of(annotation, AnnotationElement.ofString("value", reason)));
    }

    private void addGuard(ClassBuilder builder, ClassDesc owner, MethodModel entry) {
        String name = entry.methodName().stringValue();
        String place = owner.packageName() + "." + owner.displayName() + "." + name;
        int arity = entry.methodTypeSymbol().parameterCount();
        MethodTypeDesc shape = MethodTypeDesc.of(CD_long, Collections.nCopies(arity, CD_long));
        if (arity < 1 || arity > SHAPE.parameterCount() || !entry.methodTypeSymbol().equals(shape)) {
            throw new IllegalStateException(place + " is no entry point: it must take one to four longs and return one");
        }
        String outcome = returnsStatus(entry) ? "ReturnMinusOne" : "ReturnNull";
        builder.withMethod(name + "$guard", SHAPE, ClassFile.ACC_STATIC, method -> method.with(annotations(outcome))
                .withCode(code -> {
                    code.invokestatic(
                            ClassDesc.of("databridge.pyloop.ffi.FaultInjection"), "entered", MethodTypeDesc.of(CD_void));
                    for (int i = 0; i < arity; i++) {
                        code.lload(2 * i);
                    }
                    code.invokestatic(owner, name, shape).lreturn();
                }));
        guards.add(owner.packageName() + "." + owner.displayName() + " " + name + " " + arity);
    }

    private static RuntimeVisibleAnnotationsAttribute annotations(String outcome) {
        return RuntimeVisibleAnnotationsAttribute.of(
                Annotation.of(
                        ClassDesc.of("org.graalvm.nativeimage.c.function.CEntryPoint"),
                        AnnotationElement.ofClass("exceptionHandler", ClassDesc.of(RUNTIME + "EntryFailure$" + outcome))),
                Annotation.of(
                        ClassDesc.of("com.oracle.svm.core.c.function.CEntryPointOptions"),
                        AnnotationElement.ofClass("prologue", ClassDesc.of(RUNTIME + "ThreadEntry$Enter")),
                        AnnotationElement.ofClass("prologueBailout", ClassDesc.of(RUNTIME + "ThreadEntry$" + outcome)),
                        AnnotationElement.ofClass("epilogue", ClassDesc.of(RUNTIME + "ThreadEntry$Leave"))));
    }

    private static boolean returnsStatus(MethodModel entry) {
        return marker(entry, ENTRY_POINT).elements().stream()
                .anyMatch(element -> element.value() instanceof AnnotationValue.OfEnum value
                        && value.constantName().equalsString("MINUS_ONE"));
    }

    private static Annotation marker(MethodModel method, String type) {
        return method.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream())
                .filter(annotation -> annotation.className().equalsString(type))
                .findFirst()
                .orElse(null);
    }
}
