package databridge.pyloop.tls;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.SlottedClass;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// Where the fields of a TLS protocol object are: offsets in bytes from its address. With the GIL.
///
/// ```
/// references, visible    _state | _transport | _app_protocol | _write_backlog | _write_buffer_size
///                        the four water marks of reading and writing
/// references, hidden     the object of _ssl | the loop object
/// addresses              SSL (0: asyncio's own code does everything) | its input BIO | its output BIO
/// max_size               (int)
/// flags of a byte each   asyncio's six | OpenSSL runs | the engine does the handshake | server
///                        the last message was large | OpenSSL reports an end
///                        the kernel encrypts | a file is being sent
/// ```
///
/// The addresses are valid as long as the object lives, because that owns the object of `_ssl`, which owns the rest.
final class TlsLayout {
    /// The class that [TlsType] extends. Borrowed.
    static long BASE;

    static long STATE;
    static long TRANSPORT;
    static long APP_PROTOCOL;
    static long WRITE_BACKLOG;
    static long WRITE_BUFFER_SIZE;
    static long INCOMING_HIGH_WATER;
    static long INCOMING_LOW_WATER;
    static long OUTGOING_HIGH_WATER;
    static long OUTGOING_LOW_WATER;

    /// The `_ssl._SSLSocket`.
    static long SSL_SOCKET;

    static long LOOP;
    static long SSL;
    static long INPUT;
    static long OUTPUT;
    static long MAX_SIZE;

    static long APP_READING_PAUSED;
    static long APP_WRITING_PAUSED;
    static long SSL_READING_PAUSED;
    static long SSL_WRITING_PAUSED;
    static long APP_PROTOCOL_IS_BUFFER;
    static long EOF_RECEIVED;

    /// Set while OpenSSL runs, whose callbacks can call the transport.
    private static long RUNNING;
    /// Set if the engine may take the steps of the handshake.
    private static long HANDSHAKES;
    /// Set if the connection is that of a server.
    private static long SERVER;
    /// Set if the last message was large.
    private static long LARGE;
    /// Set if OpenSSL has reported an end or an error when it was read last.
    private static long ENDED;

    /// Set if the kernel encrypts what is sent.
    private static long KERNEL_SENDING;
    /// Set while the kernel sends a file.
    static long SENDING_FILE;

    /// The size of an object in bytes.
    static long SIZE;

    private static long UNWRAPPED;
    private static long DO_HANDSHAKE;
    private static long SHUTDOWN;
    private static long WRAPPED;
    private static long FLUSHING;

    private TlsLayout() {}

    /// Runs when the engine starts.
    static void bind() {
        BASE = SlottedClass.withSlots("TlsRoots", "_app_transport");
        STATE = TypeApi.basicSize(BASE);
        TRANSPORT = STATE + Long.BYTES;
        APP_PROTOCOL = TRANSPORT + Long.BYTES;
        WRITE_BACKLOG = APP_PROTOCOL + Long.BYTES;
        WRITE_BUFFER_SIZE = WRITE_BACKLOG + Long.BYTES;
        INCOMING_HIGH_WATER = WRITE_BUFFER_SIZE + Long.BYTES;
        INCOMING_LOW_WATER = INCOMING_HIGH_WATER + Long.BYTES;
        OUTGOING_HIGH_WATER = INCOMING_LOW_WATER + Long.BYTES;
        OUTGOING_LOW_WATER = OUTGOING_HIGH_WATER + Long.BYTES;
        SSL_SOCKET = OUTGOING_LOW_WATER + Long.BYTES;
        LOOP = SSL_SOCKET + Long.BYTES;
        SSL = LOOP + Long.BYTES;
        INPUT = SSL + Long.BYTES;
        OUTPUT = INPUT + Long.BYTES;
        MAX_SIZE = OUTPUT + Long.BYTES;
        APP_READING_PAUSED = MAX_SIZE + Integer.BYTES;
        APP_WRITING_PAUSED = APP_READING_PAUSED + 1;
        SSL_READING_PAUSED = APP_WRITING_PAUSED + 1;
        SSL_WRITING_PAUSED = SSL_READING_PAUSED + 1;
        APP_PROTOCOL_IS_BUFFER = SSL_WRITING_PAUSED + 1;
        EOF_RECEIVED = APP_PROTOCOL_IS_BUFFER + 1;
        RUNNING = EOF_RECEIVED + 1;
        HANDSHAKES = RUNNING + 1;
        SERVER = HANDSHAKES + 1;
        LARGE = SERVER + 1;
        ENDED = LARGE + 1;
        KERNEL_SENDING = ENDED + 1;
        SENDING_FILE = KERNEL_SENDING + 1;
        SIZE = MAX_SIZE + 3L * Long.BYTES;
        long states = ImportApi.attribute("asyncio.sslproto", "SSLProtocolState");
        UNWRAPPED = ObjectApi.getAttribute(states, UnicodeApi.interned("UNWRAPPED"));
        DO_HANDSHAKE = ObjectApi.getAttribute(states, UnicodeApi.interned("DO_HANDSHAKE"));
        SHUTDOWN = ObjectApi.getAttribute(states, UnicodeApi.interned("SHUTDOWN"));
        WRAPPED = ObjectApi.getAttribute(states, UnicodeApi.interned("WRAPPED"));
        FLUSHING = ObjectApi.getAttribute(states, UnicodeApi.interned("FLUSHING"));
        Refs.release(states);
    }

    /// Whether the record path serves the connection.
    static boolean isAttached(long protocol) {
        return Memory.getLong(protocol + SSL) != 0;
    }

    /// The engine of the loop; null once it is closed, and if the record path does not serve the connection.
    static @Nullable LoopEngine engine(long protocol) {
        long loop = Memory.getLong(protocol + LOOP);
        return loop == 0 ? null : LoopEngine.ifOpen(loop);
    }

    /// The `SSL` of the connection.
    static long ssl(long protocol) {
        return Memory.getLong(protocol + SSL);
    }

    /// Its BIO with what was received.
    static long input(long protocol) {
        return Memory.getLong(protocol + INPUT);
    }

    /// Its BIO with what is to be sent.
    static long output(long protocol) {
        return Memory.getLong(protocol + OUTPUT);
    }

    /// Changes the state, if asyncio lets the new one follow the old one.
    ///
    /// @return whether it does
    static boolean changeState(long protocol, long next) {
        long state = Memory.getLong(protocol + STATE);
        boolean follows = next == UNWRAPPED
                || (state == UNWRAPPED && next == DO_HANDSHAKE)
                || (state == DO_HANDSHAKE && next == WRAPPED)
                || (state == WRAPPED && next == FLUSHING)
                || (state == FLUSHING && next == SHUTDOWN);
        if (follows) {
            Refs.replace(protocol + STATE, Refs.retain(next));
        }
        return follows;
    }

    /// Changes the state from that of an open connection to that in which the program's last data is sent.
    static void beginFlushing(long protocol) {
        changeState(protocol, FLUSHING);
    }

    /// The state in which the connection is shut down. Borrowed.
    @Borrowed
    static long shutdown() {
        return SHUTDOWN;
    }

    /// Whether the program can write: the handshake is over, and nothing has ended the connection.
    static boolean isWrapped(long protocol) {
        return Memory.getLong(protocol + STATE) == WRAPPED;
    }

    /// Whether what is received is still passed to the program, which may have called `close()` already.
    static boolean mayRead(long protocol) {
        long state = Memory.getLong(protocol + STATE);
        return (state == WRAPPED || state == FLUSHING) && !isReadingPaused(protocol);
    }

    /// Whether the handshake is over and the shutdown has not begun; the program may have called `close()`.
    static boolean readsRecords(long protocol) {
        long state = Memory.getLong(protocol + STATE);
        return state == WRAPPED || state == FLUSHING;
    }

    /// Whether the handshake has begun and is not over.
    static boolean isInHandshake(long protocol) {
        return Memory.getLong(protocol + STATE) == DO_HANDSHAKE;
    }

    /// Whether the closing alert was sent, or is being sent.
    static boolean isInShutdown(long protocol) {
        return Memory.getLong(protocol + STATE) == SHUTDOWN;
    }

    /// Sets what does not change.
    ///
    /// @param handshakes whether the engine takes the steps of the handshake, not `_ssl`
    /// @param server whether the connection is that of a server
    static void setKind(long protocol, boolean handshakes, boolean server) {
        Memory.putByte(protocol + HANDSHAKES, (byte) (handshakes ? 1 : 0));
        Memory.putByte(protocol + SERVER, (byte) (server ? 1 : 0));
    }

    static boolean isServer(long protocol) {
        return Memory.getByte(protocol + SERVER) != 0;
    }

    static boolean handshakesDirectly(long protocol) {
        return Memory.getByte(protocol + HANDSHAKES) != 0;
    }

    static boolean hasReceivedEof(long protocol) {
        return Memory.getByte(protocol + EOF_RECEIVED) != 0;
    }

    static void setReceivedEof(long protocol) {
        Memory.putByte(protocol + EOF_RECEIVED, (byte) 1);
    }

    static boolean isBuffered(long protocol) {
        return Memory.getByte(protocol + APP_PROTOCOL_IS_BUFFER) != 0;
    }

    /// Whether the program has paused reading.
    static boolean isReadingPaused(long protocol) {
        return Memory.getByte(protocol + APP_READING_PAUSED) != 0;
    }

    static boolean isWritingPaused(long protocol) {
        return Memory.getByte(protocol + SSL_WRITING_PAUSED) != 0;
    }

    static boolean isKernelSending(long protocol) {
        return Memory.getByte(protocol + KERNEL_SENDING) != 0;
    }

    static void setKernelSending(long protocol, boolean sending) {
        Memory.putByte(protocol + KERNEL_SENDING, (byte) (sending ? 1 : 0));
    }

    static boolean isSendingFile(long protocol) {
        return Memory.getByte(protocol + SENDING_FILE) != 0;
    }

    static boolean isRunning(long protocol) {
        return Memory.getByte(protocol + RUNNING) != 0;
    }

    static void setRunning(long protocol, boolean running) {
        Memory.putByte(protocol + RUNNING, (byte) (running ? 1 : 0));
    }

    static boolean isLarge(long protocol) {
        return Memory.getByte(protocol + LARGE) != 0;
    }

    static void setLarge(long protocol, boolean large) {
        Memory.putByte(protocol + LARGE, (byte) (large ? 1 : 0));
    }

    static boolean isEnded(long protocol) {
        return Memory.getByte(protocol + ENDED) != 0;
    }

    static void setEnded(long protocol, boolean ended) {
        Memory.putByte(protocol + ENDED, (byte) (ended ? 1 : 0));
    }
}
