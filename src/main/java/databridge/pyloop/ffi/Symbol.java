package databridge.pyloop.ffi;

/// A variable of the process that a library exports, such as a type object of CPython.
public final class Symbol implements LateBound {
    private final String name;
    private long address;

    private Symbol(String name) {
        this.name = name;
    }

    /// Declares a symbol.
    ///
    /// @throws LinkageError when the engine starts, if no loaded library exports it
    public static Symbol of(String name) {
        return Bindings.addSymbol(new Symbol(name));
    }

    @Override
    public void bind() {
        address = NativeLinker.symbol(name);
    }

    /// The address of the variable.
    public long address() {
        return address;
    }
}
