package databridge.pyloop.ffi;

/// A constant of the library with a part that only the running process knows, such as an address.
public interface LateBound {
    /// Finds that part. Called once for each start of the engine, before anything else runs.
    ///
    /// @throws LinkageError if the process lacks it
    void bind();
}
