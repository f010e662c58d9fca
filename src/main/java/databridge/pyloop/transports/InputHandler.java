package databridge.pyloop.transports;

import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.receiving.Reception;

/// Handles the bytes that a stream transport receives: the next stage of its input. [ProtocolDelivery]
/// passes them to the protocol. [StreamInput] calls it in the loop's thread, in the context of reading.
/// Under the GIL.
///
/// Each turn of reading is one of these sequences:
///
/// ```
/// received
/// openBuffer, bufferAddress and bufferSize, closeBuffer      if usesBuffer says so
/// ended, or failed, after closeBuffer if a buffer was open
/// ```
///
/// `transport` is the transport object, kept alive by the caller. A method that returns an exception returns
/// one that must leave the loop, else 0; it handles all others by itself.
interface InputHandler {
    /// Whether the next bytes are to be received into the handler's buffer, not into a `bytes` object.
    boolean usesBuffer(long transport);

    /// How the next `bytes` object is to be received, see [databridge.pyloop.receiving.Receiver#receive].
    Reception reception();

    /// Handles a `bytes` object that is not empty, and returns it to the receiver.
    @Owned
    long received(long transport, @Stolen long data);

    /// Opens a buffer for the next bytes. If that fails, [#bufferSize] is 0 afterwards, and nothing is to be closed.
    @Owned
    long openBuffer(long transport);

    /// The address of the open buffer.
    long bufferAddress();

    /// The size of the open buffer in bytes, 0 if none is open.
    long bufferSize();

    /// Closes the buffer and handles what is in it.
    ///
    /// @param count how many bytes were received into it; if not more than 0, none were
    @Owned
    long closeBuffer(long transport, int count);

    /// Handles the end of the stream. Called again in every turn of reading that follows, because the
    /// end stays.
    @Owned
    long ended(long transport);

    /// Handles the error that ends the stream.
    ///
    /// @param exception an OSError of the system call that failed, or MemoryError
    @Owned
    long failed(long transport, @Stolen long exception);
}
