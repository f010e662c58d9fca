package databridge.pyloop.openssl;

import databridge.pyloop.ffi.CFunction;

/// `bio.h`: BIOs through which a connection sends its records to its socket itself. With the GIL.
///
/// OpenSSL gives the keys of a connection to the kernel (kernel TLS) at the end of the handshake, if the BIO is
/// that of a socket and the connection has the option `SSL_OP_ENABLE_KTLS`. From then on the kernel encrypts what
/// is sent on the socket.
public final class SocketBio {
    private static final CFunction NEW =
            OpenSslLibrary.FUNCTIONS.function("BIO *BIO_new_socket(int sock, int close_flag)");
    private static final CFunction PUSH = OpenSslLibrary.FUNCTIONS.function("BIO *BIO_push(BIO *b, BIO *append)");
    private static final CFunction POP = OpenSslLibrary.FUNCTIONS.function("BIO *BIO_pop(BIO *b)");
    private static final CFunction CTRL =
            OpenSslLibrary.FUNCTIONS.function("long BIO_ctrl(BIO *bp, int cmd, long larg, void *parg)");

    private static final int CLOSE = 1; // BIO_CLOSE
    private static final long IS_KERNEL_SENDING = 73; // BIO_CTRL_GET_KTLS_SEND, from OpenSSL 3 on

    private SocketBio() {}

    /// Makes a connection send to a socket. Its own BIO is kept behind the new one, which never uses it, so that
    /// it lives as long as the connection.
    ///
    /// @param own the connection's output, which is empty
    /// @param fd a descriptor, not blocking; the BIO closes it when the connection is freed or [#leave] is called,
    ///     but not if this throws
    /// @throws OutOfMemoryError if there is no memory
    public static void enter(long ssl, long own, int fd) {
        long bio = NEW.call(fd, CLOSE);
        if (bio == 0) {
            throw new OutOfMemoryError("BIO_new_socket");
        }
        Bio.retain(own);
        PUSH.call(bio, own);
        Ssl.setOutput(ssl, bio);
    }

    /// Makes a connection after [#enter] use its own BIO again.
    ///
    /// @param own as for [#enter]
    public static void leave(long ssl, long own) {
        POP.call(own); // its reference goes from the other BIO to the connection
        Ssl.setOutput(ssl, own);
    }

    /// Whether the kernel encrypts what a connection sends.
    public static boolean isKernelSending(long ssl) {
        return CTRL.call(Ssl.output(ssl), IS_KERNEL_SENDING, 0, 0) == 1;
    }
}
