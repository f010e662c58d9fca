package databridge.pyloop.cpython;

/// What this package has to learn of the running interpreter when the engine starts. With the GIL.
public final class CPythonBinding {
    private CPythonBinding() {}

    /// Learns it, and proves what is read as memory.
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
