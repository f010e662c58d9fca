package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;

/// `bytesobject.h`. With the GIL.
public final class BytesApi {
    /// Offset of `ob_sval`, the last field: the size of an empty object includes its closing NUL.
    private static long obSval;

    private static final CFunction FROM_STRING_AND_SIZE =
            CFunction.of("PyObject *PyBytes_FromStringAndSize(const char *v, Py_ssize_t len)");
    private static final CFunction FROM_OBJECT = CFunction.of("PyObject *PyBytes_FromObject(PyObject *o)");
    private static final CFunction RESIZE = CFunction.of("int _PyBytes_Resize(PyObject **bytes, Py_ssize_t newsize)");

    /// Static although all loops share it: it is read right after the call that writes it, which runs no Python code.
    private static final StaticMemory FIELD = StaticMemory.of(Long.BYTES);

    private BytesApi() {}

    static void bind() {
        obSval = TypeApi.basicSize(Singletons.BYTES_TYPE) - 1;
    }

    /// The address of `ob_shash`, the field before the content, which is -1 until the hash is computed.
    static long hashField(long bytes) {
        return data(bytes) - Long.BYTES;
    }

    /// Whether the type of an object is exactly `bytes`.
    public static boolean isExact(long object) {
        return ObjectApi.typeOf(object) == Singletons.BYTES_TYPE;
    }

    /// Whether asyncio's transports accept an object as data: `bytes`, `bytearray`, `memoryview` and
    /// their subclasses.
    public static boolean isLike(long object) {
        return isExact(object)
                || ObjectApi.isInstance(object, Singletons.BYTEARRAY_TYPE)
                || ObjectApi.isInstance(object, Singletons.MEMORYVIEW_TYPE)
                || ObjectApi.isInstance(object, Singletons.BYTES_TYPE);
    }

    /// The address of the content.
    public static long data(long bytes) {
        return bytes + obSval;
    }

    /// The size of the content in bytes.
    public static long size(long bytes) {
        return Memory.getLong(bytes + PyObjectLayout.OB_SIZE);
    }

    /// A new object with a copy of memory.
    ///
    /// @param address of the first byte
    /// @param size in bytes
    /// @throws PyError MemoryError
    @Owned
    public static long copy(long address, long size) {
        return PyError.orThrow(FROM_STRING_AND_SIZE.call(address, size));
    }

    /// A new object whose content the caller fills in. [#shortened] can then cut it.
    ///
    /// @param size in bytes
    /// @throws PyError MemoryError
    @Owned
    public static long uninitialised(long size) {
        return PyError.orThrow(FROM_STRING_AND_SIZE.call(0L, size));
    }

    /// Cuts an object that no other code has seen to its first `size` bytes, and frees the memory
    /// behind them.
    ///
    /// @return the object that replaces it
    /// @throws PyError MemoryError; the object is then freed
    @Owned
    public static long shortened(@Stolen long bytes, long size) {
        Memory.putLong(FIELD.address(), bytes);
        PyError.orThrow((int) RESIZE.call(FIELD.address(), size));
        return Memory.getLong(FIELD.address());
    }

    /// Cuts an object to which only the caller refers to its first `size` bytes. The object keeps the memory
    /// behind them.
    public static void cut(long bytes, long size) {
        Memory.putLong(bytes + PyObjectLayout.OB_SIZE, size);
        Memory.putLong(hashField(bytes), -1);
        Memory.putByte(data(bytes) + size, (byte) 0);
    }

    /// `bytes(object)` of something that has a buffer; an exact `bytes` object itself.
    ///
    /// @throws PyError as `bytes` raises
    @Owned
    public static long of(long object) {
        return PyError.orThrow(FROM_OBJECT.call(object));
    }
}
