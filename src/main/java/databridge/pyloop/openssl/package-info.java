/// OpenSSL: the functions of libssl and libcrypto that Python's own module `_ssl` uses, and memory for them.
///
/// They are bound when a program makes its first TLS connection ([OpenSsl#bind]); nothing else of this package may be
/// called before. [Ssl] acts on connections, [Bio] and [SocketBio] on what they read and write, and [RecordMemory] is
/// the memory of a loop.
///
/// May use `ffi`.
@NullMarked
package databridge.pyloop.openssl;

import org.jspecify.annotations.NullMarked;
