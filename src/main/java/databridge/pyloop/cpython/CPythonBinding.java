package databridge.pyloop.cpython;

/// Binds the classes of this package to the running interpreter. Runs when the engine starts in it, with
/// the GIL.
public final class CPythonBinding {
    private CPythonBinding() {}

    /// Binds them in the order in which they need each other, and checks the layouts that are read as memory.
    ///
    /// @throws LinkageError if this interpreter is not as it is expected to be
    /// @throws PyError if Python raises an exception
    public static void bind() {
        Singletons.bind();
        Interpreter.bind();
        TupleApi.bind();
        BytesApi.bind();
        LayoutCheck.require();
        ContextApi.bind();
        ContextVars.bind();
        SocketObject.bind();
    }
}
