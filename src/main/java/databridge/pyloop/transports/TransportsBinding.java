package databridge.pyloop.transports;

/// Binds the classes of this package to the running interpreter. Runs when the engine starts in it, with
/// the GIL.
public final class TransportsBinding {
    private TransportsBinding() {}

    /// Binds them in the order in which they need each other.
    ///
    /// @throws LinkageError if asyncio's classes are not as they are expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    public static void bind() {
        AddressCache.bind();
        FlowControl.bind();
        TransportLayout.bind();
        StreamLayout.bind();
        DatagramLayout.bind();
        ExtraInfo.bind();
        TransportSocketType.bind();
        WriterEngine.bind();
        ProtocolDelivery.bind();
        AcceptorLayout.bind();
        AcceptorType.bind();
        StreamType.bind();
        AcceptedLayout.bind();
        AcceptedType.bind();
        DatagramType.bind();
        ReadPipeType.bind();
        WritePipeType.bind();
    }
}
