package databridge.pyloop.loadgen;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// The functions of OpenSSL that [TlsServer] calls, of the library that Python's `ssl` uses. For one thread.
///
/// Objects of OpenSSL are addresses, as `long`.
final class Libssl {
    static final int WANT_READ = 2;
    static final int WANT_WRITE = 3;

    private static final int CTRL_ACCEPT_GOOD = 25;
    private static final int CTRL_HIT = 27;
    private static final int CTRL_MODE = 33;
    private static final int CTRL_READ_AHEAD = 41;
    private static final int CTRL_MIN_VERSION = 123;
    private static final int CTRL_MAX_VERSION = 124;
    /// Writes may be partial, and go on from another buffer; an idle connection gives its buffers to the next one, for
    /// which they are still in the processor's cache, as Python has it.
    private static final int MODES = 1 | 2 | 0x10;
    private static final int PEM = 1;
    private static final int BIO_RESET = 1;
    private static final int BIO_INFO = 3;
    /// As much as is received at once.
    private static final long READ_AHEAD_BYTES = 256 * 1024;

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup library;
    private final MethodHandle newConnection;
    private final MethodHandle setDescriptor;
    private final MethodHandle setAccept;
    private final MethodHandle handshake;
    private final MethodHandle read;
    private final MethodHandle write;
    private final MethodHandle pending;
    private final MethodHandle error;
    private final MethodHandle clearErrors;
    private final MethodHandle shutdown;
    private final MethodHandle free;
    private final MethodHandle control;
    private final MethodHandle setOutput;
    private final MethodHandle outputControl;
    private final MethodHandle share;
    private final MemorySegment pointer = Arena.global().allocate(ADDRESS);
    private final long context;
    /// Where connections write that collect their output; one for all, so that it stays in the processor's cache.
    private final long memory;

    /// Makes the context of a server.
    ///
    /// @param path of the shared library
    /// @param certificate file with key and certificate
    /// @param version the only one of TLS, as in the protocol; 0 for all
    @SuppressWarnings("restricted")
    Libssl(String path, String certificate, int version) {
        library = SymbolLookup.libraryLookup(path, Arena.global());
        newConnection = bind("SSL_new", JAVA_LONG, JAVA_LONG);
        setDescriptor = bind("SSL_set_fd", JAVA_INT, JAVA_LONG, JAVA_INT);
        setAccept = bind("SSL_set_accept_state", null, JAVA_LONG);
        handshake = bind("SSL_do_handshake", JAVA_INT, JAVA_LONG);
        read = bind("SSL_read", JAVA_INT, JAVA_LONG, ADDRESS, JAVA_INT);
        write = bind("SSL_write", JAVA_INT, JAVA_LONG, ADDRESS, JAVA_INT);
        pending = bind("SSL_has_pending", JAVA_INT, JAVA_LONG);
        error = bind("SSL_get_error", JAVA_INT, JAVA_LONG, JAVA_INT);
        clearErrors = bind("ERR_clear_error", null);
        shutdown = bind("SSL_shutdown", JAVA_INT, JAVA_LONG);
        free = bind("SSL_free", null, JAVA_LONG);
        control = bind("SSL_CTX_ctrl", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS);
        setOutput = bind("SSL_set0_wbio", null, JAVA_LONG, JAVA_LONG);
        outputControl = bind("BIO_ctrl", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS);
        share = bind("BIO_up_ref", JAVA_INT, JAVA_LONG);
        context = context(certificate);
        memory = memory();
        control(CTRL_MODE, MODES);
        control(CTRL_READ_AHEAD, 1);
        if (version != 0) {
            control(CTRL_MIN_VERSION, version);
            control(CTRL_MAX_VERSION, version);
        }
    }

    private long context(String certificate) {
        MethodHandle method = bind("TLS_server_method", JAVA_LONG);
        MethodHandle create = bind("SSL_CTX_new", JAVA_LONG, JAVA_LONG);
        MethodHandle chain = bind("SSL_CTX_use_certificate_chain_file", JAVA_INT, JAVA_LONG, ADDRESS);
        MethodHandle key = bind("SSL_CTX_use_PrivateKey_file", JAVA_INT, JAVA_LONG, ADDRESS, JAVA_INT);
        MethodHandle readAhead = bind("SSL_CTX_set_default_read_buffer_len", null, JAVA_LONG, JAVA_LONG);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = arena.allocateFrom(certificate);
            long made = (long) create.invokeExact((long) method.invokeExact());
            if (made == 0 || (int) chain.invokeExact(made, file) != 1 || (int) key.invokeExact(made, file, PEM) != 1) {
                throw new IllegalStateException("OpenSSL does not take the certificate");
            }
            readAhead.invokeExact(made, READ_AHEAD_BYTES);
            return made;
        } catch (IllegalStateException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    // Native access is what this class is for; the jar asks for it in its manifest.
    @SuppressWarnings("restricted")
    private MethodHandle bind(String name, MemoryLayout result, MemoryLayout... parameters) {
        FunctionDescriptor type =
                result == null ? FunctionDescriptor.ofVoid(parameters) : FunctionDescriptor.of(result, parameters);
        return linker.downcallHandle(library.findOrThrow(name), type);
    }

    private long control(int command, long value) {
        try {
            return (long) control.invokeExact(context, command, value, MemorySegment.NULL);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// Handshakes that have been finished. May be asked in another thread.
    long accepted() {
        return control(CTRL_ACCEPT_GOOD, 0);
    }

    /// Those of them that resumed a session. May be asked in another thread.
    long resumed() {
        return control(CTRL_HIT, 0);
    }

    /// A connection of the server on a socket.
    long open(int fd) {
        try {
            long ssl = (long) newConnection.invokeExact(context);
            if (ssl == 0 || (int) setDescriptor.invokeExact(ssl, fd) != 1) {
                throw new IllegalStateException("OpenSSL makes no connection");
            }
            setAccept.invokeExact(ssl);
            return ssl;
        } catch (IllegalStateException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// @return 1 when the handshake is finished; else see [#error]
    int handshake(long ssl) {
        try {
            return (int) handshake.invokeExact(ssl);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// @return bytes read; if not positive see [#error]
    int read(long ssl, MemorySegment target, int length) {
        try {
            return (int) read.invokeExact(ssl, target, length);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// @return bytes written; if not positive see [#error]
    int write(long ssl, MemorySegment source, int length) {
        try {
            return (int) write.invokeExact(ssl, source, length);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// Whether OpenSSL has received bytes that have not been read, of whole records or not.
    boolean pending(long ssl) {
        try {
            return (int) pending.invokeExact(ssl) == 1;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// Why a call did not succeed: [#WANT_READ], [#WANT_WRITE], or the connection cannot be used any more.
    int error(long ssl, int result) {
        try {
            int reason = (int) error.invokeExact(ssl, result);
            clearErrors.invokeExact();
            return reason;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// Sends the notice of the end.
    void shutdown(long ssl) {
        try {
            if ((int) shutdown.invokeExact(ssl) < 0) {
                clearErrors.invokeExact();
            }
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    private long memory() {
        MethodHandle kind = bind("BIO_s_mem", JAVA_LONG);
        MethodHandle create = bind("BIO_new", JAVA_LONG, JAVA_LONG);
        try {
            return (long) create.invokeExact((long) kind.invokeExact());
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// Lets a connection write into memory from now on. It must be emptied before another one writes: see [#output].
    ///
    /// @return whether OpenSSL does so
    boolean collectOutput(long ssl) {
        try {
            if ((int) share.invokeExact(memory) != 1) {
                return false;
            }
            setOutput.invokeExact(ssl, memory);
            return true;
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// What has been written into memory. Valid until the next write.
    @SuppressWarnings("restricted")
    MemorySegment output() {
        try {
            long length = (long) outputControl.invokeExact(memory, BIO_INFO, 0L, pointer);
            return pointer.get(ADDRESS, 0).reinterpret(length);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    /// Empties the memory.
    void clearOutput() {
        try {
            long ignored = (long) outputControl.invokeExact(memory, BIO_RESET, 0L, MemorySegment.NULL);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }

    void free(long ssl) {
        try {
            free.invokeExact(ssl);
        } catch (Throwable e) {
            throw Libc.unexpected(e);
        }
    }
}
