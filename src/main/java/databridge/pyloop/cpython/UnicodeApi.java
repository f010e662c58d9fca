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

    /// Whether the type of an object is exactly `str`.
    public static boolean isExact(long object) {
        return ObjectApi.typeOf(object) == Singletons.UNICODE_TYPE;
    }

    /// A `str` object with the content of a NUL-terminated UTF-8 text.
    @Owned
    public static long fromCString(long text) {
        return PyError.orThrow(FROM_STRING.call(text));
    }

    /// The content of a `str` object as a NUL-terminated UTF-8 text, which the object owns; 0 if it contains
    /// a NUL or cannot be encoded.
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

    /// A file name as `str`, as `os.fsdecode()` returns it.
    @Owned
    public static long decodeFileName(long text, long size) {
        return PyError.orThrow(DECODE_FS.call(text, size));
    }

    /// A `str` as the `bytes` of a file name, as `os.fsencode()` returns them; 0 if it cannot be encoded.
    @Owned
    public static long encodeFileName(long object) {
        long bytes = ENCODE_FS.call(object);
        if (bytes == 0) {
            ErrorApi.clear();
        }
        return bytes;
    }

    /// A new `str` object with this text.
    ///
    /// @throws PyError MemoryError
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
