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
    private static final List<LateBound> RESULTS_OF_CALLS = new ArrayList<>();

    private Bindings() {}

    /// Takes note of a symbol. On a JDK, where tests run, it is bound at once.
    ///
    /// @return the symbol
    static <T extends LateBound> T addSymbol(T symbol) {
        return add(SYMBOLS, symbol);
    }

    /// Takes note of a constant that takes calls of C to make.
    ///
    /// @return the constant
    public static <T extends LateBound> T add(T constant) {
        return add(RESULTS_OF_CALLS, constant);
    }

    /// Binds the symbols, which stay the same as long as the process lives. With the GIL.
    ///
    /// @throws LinkageError naming the first that the process lacks
    public static void bindSymbols() {
        for (LateBound symbol : SYMBOLS) {
            symbol.bind();
        }
    }

    /// Binds all else, which belongs to an interpreter: again when another one has been initialised. With the GIL.
    public static void bindResultsOfCalls() {
        for (LateBound constant : RESULTS_OF_CALLS) {
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
