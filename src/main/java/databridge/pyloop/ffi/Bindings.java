package databridge.pyloop.ffi;

import java.util.ArrayList;
import java.util.List;
import org.graalvm.nativeimage.ImageInfo;

/// All constants of the library that have to be bound when the engine starts.
///
/// Static initialisers run when the library is built, and they declare these constants. The parts that only
/// the process knows are filled in here. So code that runs later never checks whether a class is initialised.
public final class Bindings {
    private static final List<LateBound> SYMBOLS = new ArrayList<>();
    private static final List<LateBound> MEMORY = new ArrayList<>();
    private static final List<LateBound> OF_INTERPRETER = new ArrayList<>();

    private Bindings() {}

    /// Adds a symbol. On a JDK, where tests run, it is bound at once.
    ///
    /// @return the symbol
    static <T extends LateBound> T addSymbol(T symbol) {
        return add(SYMBOLS, symbol);
    }

    /// Adds memory that is allocated once and never freed.
    ///
    /// @return the memory
    public static <T extends LateBound> T addMemory(T memory) {
        return add(MEMORY, memory);
    }

    /// Adds a constant that belongs to an interpreter.
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

    /// Binds all other constants, again for each interpreter that is initialised. With the GIL.
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
