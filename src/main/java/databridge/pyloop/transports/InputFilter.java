package databridge.pyloop.transports;

/// Processes the bytes that a stream transport receives, in place of the transport's protocol: the records
/// of TLS. In the loop's thread, in the context of reading. Under the GIL.
public interface InputFilter {
    /// Whether a protocol is the one that this object works for.
    ///
    /// @param protocol the transport's protocol at this moment, a live object
    boolean isFor(long protocol);

    /// Where the next bytes are to be received. They are processed before any Python code runs.
    long address();

    /// How many bytes can be received there.
    int size();

    /// Processes the bytes. What this throws is a fatal error of the connection, as what `buffer_updated` raises.
    ///
    /// @param count how many, more than 0
    void received(int count);
}
