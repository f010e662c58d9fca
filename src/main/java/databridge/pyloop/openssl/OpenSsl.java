package databridge.pyloop.openssl;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Library;
import org.jspecify.annotations.Nullable;

/// The library itself: whether it can be called, and its queue of errors. With the GIL.
///
/// A process can contain several copies of OpenSSL. An object of one must not be passed to another, so the functions
/// are those that Python's module `_ssl` was linked with.
public final class OpenSsl {
    /// All functions of this package.
    static final Library LIBRARY = new Library();

    private static final CFunction VERSION = LIBRARY.function("unsigned long OpenSSL_version_num(void)");
    private static final CFunction PEEK_ERROR = LIBRARY.function("unsigned long ERR_peek_error(void)");
    private static final CFunction CLEAR_ERROR = LIBRARY.function("void ERR_clear_error(void)");

    private OpenSsl() {}

    /// Binds the functions, and checks that memory BIOs work as they are used here.
    ///
    /// @param path of the file of `_ssl`
    /// @param version what `ssl.OPENSSL_VERSION_NUMBER` says
    /// @return null, or why the library cannot be used
    public static @Nullable String bind(String path, long version) {
        String missing = LIBRARY.bind(path);
        if (missing != null) {
            return missing;
        }
        if (VERSION.call() != version) {
            return "the OpenSSL that was found has another version than Python's";
        }
        return RecordMemory.works() ? null : "memory BIOs of this OpenSSL work differently";
    }

    /// Empties this thread's queue of errors. A stale error makes [Ssl#isAgain] misread the result of a call.
    static void clearErrors() {
        if (PEEK_ERROR.call() != 0) {
            CLEAR_ERROR.call();
        }
    }
}
