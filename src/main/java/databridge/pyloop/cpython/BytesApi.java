package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `bytesobject.h`. With the GIL.
public final class BytesApi {
    /// `ob_sval`, the last field: the size of an empty object includes its closing NUL.
    private static final long OB_SVAL = SlottedClass.basicSize(Singletons.BYTES_TYPE) - 1;

    private static final CFunction FROM_STRING_AND_SIZE =
            CFunction.of("PyObject *PyBytes_FromStringAndSize(const char *v, Py_ssize_t len)");
    private static final CFunction FROM_OBJECT = CFunction.of("PyObject *PyBytes_FromObject(PyObject *o)");
    private static final CFunction RESIZE = CFunction.of("int _PyBytes_Resize(PyObject **bytes, Py_ssize_t newsize)");

    private BytesApi() {}

    public static boolean isExact(long object) {
        return ObjectApi.typeOf(object) == Singletons.BYTES_TYPE;
    }

    /// The address of the content.
    public static long data(long bytes) {
        return bytes + OB_SVAL;
    }

    public static long size(long bytes) {
        return Memory.getLong(bytes + PyObjectLayout.OB_SIZE);
    }

    /// A copy of memory.
    @Owned
    public static long copy(long address, long size) {
        return PyError.orThrow(FROM_STRING_AND_SIZE.call(address, size));
    }

    /// An object of this size to be filled, and then perhaps made shorter by [#shorten].
    @Owned
    public static long uninitialised(long size) {
        return PyError.orThrow(FROM_STRING_AND_SIZE.call(0L, size));
    }

    /// Gives back the memory behind the first `size` bytes of an object nobody else has seen.
    ///
    /// @param field holds the object, and then the one that takes its place
    /// @throws PyError MemoryError; the object is gone then
    public static void shorten(long field, long size) {
        PyError.orThrow((int) RESIZE.call(field, size));
    }

    /// `bytes(object)` of something that has a buffer.
    ///
    /// @throws PyError as `bytes` raises
    @Owned
    public static long of(long object) {
        return PyError.orThrow(FROM_OBJECT.call(object));
    }
}
