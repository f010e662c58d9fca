package databridge.pyloop.tls;

import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.SslSocketObject;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.openssl.Bio;
import databridge.pyloop.openssl.OpenSsl;
import databridge.pyloop.openssl.Ssl;
import org.jspecify.annotations.Nullable;

/// The objects of `_ssl` that own connections, and where in them the connection is. With the GIL.
///
/// `_ssl.c` has no function that returns it, so the address is read from a field of the object. Two checks
/// show that it is the right field. The fields beside it have known values: this is checked once, in an
/// example, when a program makes its first TLS connection. And OpenSSL's object refers to the object that
/// owns it: this is checked for every connection.
final class SslSockets {
    /// The class of the objects, 0 as long as the record path is not in use. A reference.
    private static long type;

    private SslSockets() {}

    /// Forgets the class of an earlier interpreter.
    static void bind() {
        type = 0;
    }

    /// Binds OpenSSL and checks it and the layout.
    ///
    /// @param file of the module `_ssl`
    /// @param version what `ssl.OPENSSL_VERSION_NUMBER` says
    /// @param example an object of `_ssl` without a socket
    /// @param context its `SSLContext`
    /// @param input how many bytes its incoming BIO has
    /// @param output how many bytes its outgoing BIO has
    /// @return null, or why connections of `_ssl` cannot be used
    static @Nullable String start(String file, long version, long example, long context, long input, long output) {
        long expected = ImportApi.attribute("_ssl", "_SSLSocket");
        Refs.release(expected); // the module keeps it
        if (ObjectApi.typeOf(example) != expected
                || TypeApi.basicSize(expected) < SslSocketObject.SIZE
                || SslSocketObject.hasSocket(example)
                || SslSocketObject.context(example) != context) {
            return "the objects of this _ssl are laid out differently";
        }
        String reason = OpenSsl.bind(file, version);
        if (reason != null) {
            return reason;
        }
        long ssl = SslSocketObject.ssl(example);
        if (ssl == 0
                || Ssl.owner(ssl) != example
                || Bio.pending(Ssl.input(ssl)) != input
                || Bio.pending(Ssl.output(ssl)) != output) {
            return "the connections of this _ssl are not where they are expected";
        }
        Refs.releaseIfAny(type);
        type = Refs.retain(expected);
        return null;
    }

    /// The `SSL` of an object of `_ssl`; 0 for all other objects, and for those that have a socket.
    static long address(long object) {
        if (type == 0 || ObjectApi.typeOf(object) != type || SslSocketObject.hasSocket(object)) {
            return 0;
        }
        long ssl = SslSocketObject.ssl(object);
        boolean known = ssl != 0 && Ssl.owner(ssl) == object && Ssl.input(ssl) != 0 && Ssl.output(ssl) != 0;
        return known ? ssl : 0;
    }
}
