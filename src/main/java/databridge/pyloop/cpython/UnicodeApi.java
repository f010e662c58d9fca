package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `unicodeobject.h`. With the GIL.
public final class UnicodeApi {
    private static final CFunction FROM_STRING = CFunction.of("PyObject *PyUnicode_FromString(const char *u)");
    private static final CFunction INTERN_FROM_STRING =
            CFunction.of("PyObject *PyUnicode_InternFromString(const char *u)");
    private static final CFunction COMPARE_ASCII =
            CFunction.of("int PyUnicode_CompareWithASCIIString(PyObject *left, const char *right)");

    private UnicodeApi() {}

    @Owned
    public static long fromString(String text) {
        long copy = Memory.allocate(text.length() * 4L + 1);
        try {
            Memory.putCString(copy, text.length() * 4L + 1, text);
            return PyError.orThrow(FROM_STRING.call(copy));
        } finally {
            Memory.free(copy);
        }
    }

    /// The interned string, kept for the life of the process: for names that are compared or looked up.
    @Borrowed
    public static long interned(String name) {
        return PyError.orThrow(INTERN_FROM_STRING.call(Memory.cString(name)));
    }

    /// Whether a `str` object equals an ASCII text.
    ///
    /// @param ascii a NUL-terminated C string
    public static boolean equalsAscii(long object, long ascii) {
        return (int) COMPARE_ASCII.call(object, ascii) == 0;
    }
}
