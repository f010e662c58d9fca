package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// The beginning of an object of `_ssl._SSLSocket` (`_ssl.c`), which is the same from 3.8 to 3.15. With the GIL.
///
/// `SslSockets` in `tls` checks that it is, before it uses what is read here.
public final class SslSocketObject {
    private static final CStruct LAYOUT = CStruct.of("struct PySSLSocket { Py_ssize_t ob_refcnt; PyTypeObject *ob_type;"
            + " PyObject *Socket; SSL *ssl; PySSLContext *ctx; }");

    /// The size of what is read here, in bytes.
    public static final long SIZE = LAYOUT.size();

    private static final long SOCKET = LAYOUT.offset("Socket");
    private static final long SSL = LAYOUT.offset("ssl");
    private static final long CONTEXT = LAYOUT.offset("ctx");

    private SslSocketObject() {}

    /// Whether the connection belongs to a socket object, and not to two memory BIOs.
    public static boolean hasSocket(long object) {
        return Memory.getLong(object + SOCKET) != 0;
    }

    /// The address of OpenSSL's object.
    public static long ssl(long object) {
        return Memory.getLong(object + SSL);
    }

    /// The `SSLContext`. Borrowed.
    @Borrowed
    public static long context(long object) {
        return Memory.getLong(object + CONTEXT);
    }
}
