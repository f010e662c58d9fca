package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;

/// `unicodeobject.h`. With the GIL.
public final class UnicodeApi {
    private static final CFunction FROM_STRING = CFunction.of("PyObject *PyUnicode_FromString(const char *u)");
    private static final CFunction INTERN_FROM_STRING =
            CFunction.of("PyObject *PyUnicode_InternFromString(const char *u)");
    private static final CFunction COMPARE_ASCII =
            CFunction.of("int PyUnicode_CompareWithASCIIString(PyObject *left, const char *right)");
    private static final CFunction AS_UTF8 =
            CFunction.of("const char *PyUnicode_AsUTF8AndSize(PyObject *unicode, Py_ssize_t *size)");
    private static final CFunction DECODE_FS =
            CFunction.of("PyObject *PyUnicode_DecodeFSDefaultAndSize(const char *s, Py_ssize_t size)");
    private static final CFunction ENCODE_FS = CFunction.of("PyObject *PyUnicode_EncodeFSDefault(PyObject *unicode)");

    /// Static although all loops share it: it is read right after the call that writes it, which runs no Python code.
    private static final StaticMemory SIZE = StaticMemory.of(Long.BYTES);

    private UnicodeApi() {}

    public static boolean isExact(long object) {
        return ObjectApi.typeOf(object) == Singletons.UNICODE_TYPE;
    }

    /// The object of a NUL-terminated UTF-8 text.
    @Owned
    public static long fromCString(long text) {
        return PyError.orThrow(FROM_STRING.call(text));
    }

    /// The UTF-8 of a `str` object, which keeps it, as a NUL-terminated text; 0 if it has none or has a NUL in it.
    public static long asCString(long object) {
        long text = AS_UTF8.call(object, SIZE.address());
        if (text == 0) {
            ErrorApi.clear();
            return 0;
        }
        for (long i = 0; i < Memory.getLong(SIZE.address()); i++) {
            if (Memory.getByte(text + i) == 0) {
                return 0;
            }
        }
        return text;
    }

    /// A file name of the operating system's as `str`.
    @Owned
    public static long decodeFileName(long text, long size) {
        return PyError.orThrow(DECODE_FS.call(text, size));
    }

    /// A `str` as `bytes`, the way the operating system has file names; 0 if that cannot be.
    @Owned
    public static long encodeFileName(long object) {
        long bytes = ENCODE_FS.call(object);
        if (bytes == 0) {
            ErrorApi.clear();
        }
        return bytes;
    }

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
