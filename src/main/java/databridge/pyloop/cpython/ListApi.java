package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;

/// `listobject.h` and the sequence part of `abstract.h`. With the GIL.
public final class ListApi {
    private static final CFunction NEW = CFunction.of("PyObject *PyList_New(Py_ssize_t size)");
    private static final CFunction APPEND = CFunction.of("int PyList_Append(PyObject *list, PyObject *item)");
    private static final CFunction SEQUENCE_TUPLE = CFunction.of("PyObject *PySequence_Tuple(PyObject *o)");

    private ListApi() {}

    /// A new list.
    ///
    /// @throws PyError MemoryError
    @Owned
    public static long empty() {
        return PyError.orThrow(NEW.call(0L));
    }

    /// `list.append(item)`
    ///
    /// @throws PyError MemoryError
    public static void append(long list, long item) {
        PyError.orThrow((int) APPEND.call(list, item));
    }

    /// `tuple(iterable)`
    ///
    /// @throws PyError TypeError if it is not iterable, or what iterating raised
    @Owned
    public static long tupleOf(long iterable) {
        return PyError.orThrow(SEQUENCE_TUPLE.call(iterable));
    }
}
