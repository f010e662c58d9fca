package databridge.pyloop.ffi;

import java.util.ArrayList;
import java.util.List;
import org.graalvm.nativeimage.ImageInfo;

/// All constants of the library that have to be bound when the engine starts.
///
/// Static initialisers run when the library is built and declare them; what they need of the process is filled in
/// here, so that no code that runs later has to ask whether a class is initialised.
public final class Bindings {
    private static final List<LateBound> SYMBOLS = new ArrayList<>();
    private static final List<LateBound> MEMORY = new ArrayList<>();
    private static final List<LateBound> OF_INTERPRETER = new ArrayList<>();

    private Bindings() {}

    /// Takes note of a symbol. On a JDK, where tests run, it is bound at once.
    ///
    /// @return the symbol
    static <T extends LateBound> T addSymbol(T symbol) {
        return add(SYMBOLS, symbol);
    }

    /// Takes note of memory that is allocated once and kept as long as the process lives.
    ///
    /// @return the memory
    public static <T extends LateBound> T addMemory(T memory) {
        return add(MEMORY, memory);
    }

    /// Takes note of a constant that belongs to an interpreter.
    ///
    /// @return the constant
    public static <T extends LateBound> T add(T constant) {
        return add(OF_INTERPRETER, constant);
    }

    /// Binds symbols and memory, which stay the same as long as the process lives. With the GIL, once in a process.
    ///
    /// @throws LinkageError naming the first symbol that the process lacks
    public static void bindToProcess() {
        bindAll(SYMBOLS);
        bindAll(MEMORY);
    }

    /// Binds all else: again when another interpreter has been initialised. With the GIL.
    public static void bindToInterpreter() {
        bindAll(OF_INTERPRETER);
    }

    private static void bindAll(List<LateBound> constants) {
        for (LateBound constant : constants) {
            constant.bind();
        }
    }

    private static <T extends LateBound> T add(List<LateBound> list, T constant) {
        if (ImageInfo.inImageCode()) {
            synchronized (list) {
                list.add(constant);
            }
        } else {
            constant.bind();
        }
        return constant;
    }
}
