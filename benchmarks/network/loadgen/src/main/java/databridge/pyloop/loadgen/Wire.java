package databridge.pyloop.loadgen;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;

/// The bytes of one connection, encrypted or not. Nothing here blocks.
interface Wire {
    SelectableChannel channel();

    /// Goes on connecting. `true` when requests can be sent.
    boolean connect() throws IOException;

    /// @return bytes added to `target`, -1 at the end of the stream
    int read(ByteBuffer target) throws IOException;

    /// Whether the peer has said that nothing more will come, with or without [#read] having returned -1 yet.
    boolean ended();

    /// Takes what it can of `source`.
    void write(ByteBuffer source) throws IOException;

    /// Whether something taken by [#write] or [#connect] has not been sent.
    boolean pending();

    /// Sends what is pending.
    void flush() throws IOException;

    void close() throws IOException;
}
