package databridge.pyloop.openssl;

import databridge.pyloop.ffi.Library;

/// The library that the functions of this package are in. [OpenSsl#bind] binds them.
final class OpenSslLibrary {
    /// All functions of this package.
    static final Library FUNCTIONS = new Library();

    private OpenSslLibrary() {}
}
