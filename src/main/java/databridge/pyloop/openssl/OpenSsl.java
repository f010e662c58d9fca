package databridge.pyloop.openssl;

import databridge.pyloop.ffi.CFunction;
import org.jspecify.annotations.Nullable;

/// The library itself: whether it can be called. With the GIL.
///
/// A process can contain several copies of OpenSSL. An object of one must not be passed to another, so the functions
/// are those that Python's module `_ssl` was linked with.
public final class OpenSsl {
    private static final CFunction VERSION =
            OpenSslLibrary.FUNCTIONS.function("unsigned long OpenSSL_version_num(void)");

    private OpenSsl() {}

    /// Binds the functions, and checks that memory BIOs work as they are used here.
    ///
    /// @param path of the file of `_ssl`
    /// @param version what `ssl.OPENSSL_VERSION_NUMBER` says
    /// @return null, or why the library cannot be used
    public static @Nullable String bind(String path, long version) {
        String missing = OpenSslLibrary.FUNCTIONS.bind(path);
        if (missing != null) {
            return missing;
        }
        if (VERSION.call() != version) {
            return "the OpenSSL that was found has another version than Python's";
        }
        return RecordMemory.works() ? null : "memory BIOs of this OpenSSL work differently";
    }
}
