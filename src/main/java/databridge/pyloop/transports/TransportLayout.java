package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;

/// Where the fields that several kinds of transport object share are: offsets in bytes from the object's address. With
/// the GIL.
///
/// ```
/// asyncio's slots        those of _FlowControlMixin
/// every kind             loop object (a reference or NULL)
///                        number of the engine (int, 0: none) | connection lost, count (int)
///                        flags of a byte each: closing | paused | three of streams | three unused
/// streams and datagrams  protocol | read context | write context | socket | connection context
/// ```
///
/// [StreamLayout] and [DatagramLayout] go on behind that. The fields of the last line are references or NULL; the
/// connection context stays NULL in datagram transports.
final class TransportLayout {
    /// A reference to the loop object, so that it outlives its use by the engine of the transport.
    static long LOOP;

    static long NUMBER;
    static long CONNECTION_LOST;
    static long CLOSING;

    /// Set while the program has paused reading; streams and datagrams only.
    static long PAUSED;

    /// Where flags of one kind begin; there are three bytes for them.
    static long OWN_FLAGS;

    /// The size of a kind that has none of the object fields below.
    static long END_OF_FLAGS;

    static long PROTOCOL;
    /// The context in which the transport reads, as long as it reads.
    static long READ_CONTEXT;
    /// The context in which it writes, as long as it waits for the descriptor to become writable.
    static long WRITE_CONTEXT;
    /// The socket object that owns the descriptor; NULL if the transport itself does.
    static long SOCKET;
    /// The context that everything of a connection runs in, from Python 3.15 on.
    static long CONNECTION_CONTEXT;

    /// Where further object fields of one kind begin.
    static long END;

    private TransportLayout() {}

    /// Runs when the engine starts, after [FlowControl#bind].
    static void bind() {
        LOOP = FlowControl.END;
        NUMBER = LOOP + Long.BYTES;
        CONNECTION_LOST = NUMBER + Integer.BYTES;
        CLOSING = CONNECTION_LOST + Integer.BYTES;
        PAUSED = CLOSING + 1;
        OWN_FLAGS = PAUSED + 1;
        END_OF_FLAGS = CLOSING + Long.BYTES;
        PROTOCOL = END_OF_FLAGS;
        READ_CONTEXT = PROTOCOL + Long.BYTES;
        WRITE_CONTEXT = READ_CONTEXT + Long.BYTES;
        SOCKET = WRITE_CONTEXT + Long.BYTES;
        CONNECTION_CONTEXT = SOCKET + Long.BYTES;
        END = CONNECTION_CONTEXT + Long.BYTES;
    }

    /// Whether `close()` or `abort()` was called, or the connection ended.
    static boolean isClosing(long transport) {
        return Memory.getByte(transport + CLOSING) != 0;
    }

    /// Whether asyncio's code has begun to report the end of the connection.
    static boolean isConnectionLost(long transport) {
        return Memory.getInt(transport + CONNECTION_LOST) != 0;
    }

    /// Whether the transport is open and not paused.
    static boolean wantsToRead(long transport) {
        return !isClosing(transport) && Memory.getByte(transport + PAUSED) == 0;
    }

    /// The protocol at this moment, kept alive although the transport may get another one meanwhile.
    @Owned
    static long protocol(long transport) {
        return Refs.retainField(transport + PROTOCOL);
    }

    /// The context that everything of the connection runs in, 0 if there is none.
    @Borrowed
    static long connectionContext(long transport) {
        long context = Memory.getLong(transport + CONNECTION_CONTEXT);
        return context == NONE ? 0 : context;
    }

    /// Stores in a field the context in which the transport is going to read or write: that of the connection, or a
    /// copy of the current one.
    ///
    /// @param transport the transport object; 0 if cancelling an earlier watcher of its descriptor has detached it
    static void setContext(long transport, long field) {
        if (transport == 0) {
            return;
        }
        long whole = connectionContext(transport);
        long context = whole == 0 ? ContextApi.copyCurrent() : Refs.retain(whole);
        Refs.replace(transport + field, context);
    }
}
