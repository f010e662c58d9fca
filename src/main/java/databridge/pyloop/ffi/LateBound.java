package databridge.pyloop.ffi;

/// A constant of the library with a part that only the running process knows, such as an address.
public interface LateBound {
    /// Finds that part. Called by [Bindings], before anything else runs: once in a process, or for each interpreter.
    ///
    /// @throws LinkageError if the process lacks it
    void bind();
}
