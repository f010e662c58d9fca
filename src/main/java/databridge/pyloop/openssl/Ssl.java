package databridge.pyloop.openssl;

import databridge.pyloop.ffi.CFunction;

/// `ssl.h`: a TLS connection, by the address of its `SSL`. With the GIL. The callbacks of a connection take
/// it again, and can run any Python code.
public final class Ssl {
    private static final CFunction READ =
            OpenSslLibrary.FUNCTIONS.function("int SSL_read(SSL *ssl, void *buf, int num)");
    private static final CFunction WRITE =
            OpenSslLibrary.FUNCTIONS.function("int SSL_write(SSL *ssl, const void *buf, int num)");
    private static final CFunction HANDSHAKE = OpenSslLibrary.FUNCTIONS.function("int SSL_do_handshake(SSL *ssl)");
    private static final CFunction SHUTDOWN = OpenSslLibrary.FUNCTIONS.function("int SSL_shutdown(SSL *ssl)");
    private static final CFunction GET_ERROR =
            OpenSslLibrary.FUNCTIONS.function("int SSL_get_error(const SSL *ssl, int ret)");
    private static final CFunction GET_INPUT = OpenSslLibrary.FUNCTIONS.function("BIO *SSL_get_rbio(const SSL *ssl)");
    private static final CFunction GET_OUTPUT = OpenSslLibrary.FUNCTIONS.function("BIO *SSL_get_wbio(const SSL *ssl)");
    private static final CFunction SET_INPUT =
            OpenSslLibrary.FUNCTIONS.function("void SSL_set0_rbio(SSL *ssl, BIO *rbio)");
    private static final CFunction SET_OUTPUT =
            OpenSslLibrary.FUNCTIONS.function("void SSL_set0_wbio(SSL *ssl, BIO *wbio)");
    private static final CFunction IN_INIT = OpenSslLibrary.FUNCTIONS.function("int SSL_in_init(const SSL *s)");
    private static final CFunction GET_DATA =
            OpenSslLibrary.FUNCTIONS.function("void *SSL_get_ex_data(const SSL *ssl, int idx)");

    /// `SSL_get_error`: nothing more can be read or written before the peer has sent something.
    private static final int WANT_READ = 2;
    /// `SSL_get_error`: something has to be sent first.
    private static final int WANT_WRITE = 3;

    private Ssl() {}

    /// Takes the next step of the handshake.
    ///
    /// @return 1 if it is over, or not more than 0: see [#isAgain]
    public static int handshake(long ssl) {
        ErrorQueue.clear();
        return (int) HANDSHAKE.call(ssl);
    }

    /// Sends the closing alert, if that was not done, and looks for that of the peer.
    ///
    /// @return 1 if both alerts are there; also 1, as in `_ssl`, if OpenSSL does not report what is missing.
    ///     If less than 0, see [#isAgain]
    public static int shutdown(long ssl) {
        ErrorQueue.clear();
        int result = (int) SHUTDOWN.call(ssl);
        if (result == 0) {
            result = (int) SHUTDOWN.call(ssl); // the first call has sent the alert
        }
        return result == 0 ? 1 : result;
    }

    /// Decrypts into memory, at most one record.
    ///
    /// @param size more than 0, less than 2 GiB
    /// @return how many bytes, or not more than 0: see [#isAgain]
    static int read(long ssl, long to, long size) {
        ErrorQueue.clear();
        return (int) READ.call(ssl, to, size);
    }

    /// Encrypts memory, all of it.
    ///
    /// @param size more than 0, less than 2 GiB
    /// @return how many bytes, or not more than 0: see [#isAgain]
    public static int write(long ssl, long from, long size) {
        ErrorQueue.clear();
        return (int) WRITE.call(ssl, from, size);
    }

    /// Whether a call that has not succeeded can succeed later. It has to follow that call, before any
    /// other of OpenSSL.
    ///
    /// @param result of the call, not more than 0
    public static boolean isAgain(long ssl, int result) {
        int error = (int) GET_ERROR.call(ssl, result);
        return error == WANT_READ || error == WANT_WRITE;
    }

    /// Begins or continues the handshake with which a server asks for the client's certificate later, if there is one.
    /// The next [#read] reports its errors.
    public static void continueHandshake(long ssl) {
        if ((int) IN_INIT.call(ssl) != 0) {
            handshake(ssl);
        }
    }

    /// The BIO with what was received.
    public static long input(long ssl) {
        return GET_INPUT.call(ssl);
    }

    /// The BIO with what is to be sent.
    public static long output(long ssl) {
        return GET_OUTPUT.call(ssl);
    }

    /// Replaces the input, whose reference the connection releases.
    static void setInput(long ssl, long bio) {
        SET_INPUT.call(ssl, bio);
    }

    /// Replaces the output, whose reference the connection releases.
    static void setOutput(long ssl, long bio) {
        SET_OUTPUT.call(ssl, bio);
    }

    /// What the connection's owner has stored under index 0: `_ssl` stores its own object (`SSL_set_app_data`).
    public static long owner(long ssl) {
        return GET_DATA.call(ssl, 0);
    }
}
