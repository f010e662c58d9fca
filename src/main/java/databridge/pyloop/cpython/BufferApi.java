package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// `pybuffer.h` (PEP 3118): the memory behind `bytes`, `bytearray`, `memoryview` and other objects with a
/// buffer. With the GIL.
public final class BufferApi {
    private static final CStruct PY_BUFFER = CStruct.of("struct Py_buffer { void *buf; PyObject *obj; Py_ssize_t len;"
            + " Py_ssize_t itemsize; int readonly; int ndim; char *format; Py_ssize_t *shape; Py_ssize_t *strides;"
            + " Py_ssize_t *suboffsets; void *internal; }");
    /// The size of a view in bytes.
    public static final long VIEW_SIZE = PY_BUFFER.size();

    private static final long BUF = PY_BUFFER.offset("buf");
    private static final long LEN = PY_BUFFER.offset("len");
    private static final long PYBUF_SIMPLE = 0;
    private static final long PYBUF_WRITABLE = 1;

    private static final CFunction GET_BUFFER =
            CFunction.of("int PyObject_GetBuffer(PyObject *exporter, Py_buffer *view, int flags)");
    private static final CFunction RELEASE = CFunction.of("void PyBuffer_Release(Py_buffer *view)");

    private BufferApi() {}

    /// Allocates memory for a view, zeroed. The caller frees it with [Memory#free].
    ///
    /// @throws OutOfMemoryError if there is no memory
    public static long newView() {
        return Memory.allocate(VIEW_SIZE);
    }

    /// Opens a view of an object's memory, which must be contiguous. The caller closes it with [#release].
    ///
    /// @param view memory of [#VIEW_SIZE] bytes
    /// @throws PyError BufferError or TypeError if the object has no such memory
    public static void open(long view, long object) {
        PyError.orThrow((int) GET_BUFFER.call(object, view, PYBUF_SIMPLE));
    }

    /// Opens a view of memory that may be written to, as [#open] does.
    public static void openWritable(long view, long object) {
        PyError.orThrow((int) GET_BUFFER.call(object, view, PYBUF_WRITABLE));
    }

    /// A copy of an object's memory as a `bytes` object.
    ///
    /// @throws PyError BufferError or TypeError if the object has no contiguous memory, MemoryError
    @Owned
    public static long copyOf(long object) {
        long view = newView();
        try {
            open(view, object);
            try {
                return BytesApi.copy(data(view), size(view));
            } finally {
                release(view);
            }
        } finally {
            Memory.free(view);
        }
    }

    /// Closes a view, which may run Python code of the object's class.
    public static void release(long view) {
        RELEASE.call(view);
    }

    /// The address of the memory that an open view describes.
    public static long data(long view) {
        return Memory.getLong(view + BUF);
    }

    /// The size of the memory that an open view describes, in bytes.
    public static long size(long view) {
        return Memory.getLong(view + LEN);
    }
}
