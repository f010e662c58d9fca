package databridge.pyloop.transports;

/// What this package has to learn of the running interpreter when the engine starts, and forget of one before. With the
/// GIL.
public final class TransportsBinding {
    private TransportsBinding() {}

    /// @throws LinkageError if asyncio's classes are not as they are expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    public static void bind() {
        AddressCache.bind();
        FlowControl.bind();
        AcceptorType.bind();
        StreamType.bind();
        StreamInput.bind();
        StreamEngine.bind();
        DatagramType.bind();
        DatagramEngine.bind();
        PipeReaderType.bind();
        PipeWriterType.bind();
        PipeWriterEngine.bind();
    }
}
