package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// Takes the pending exception as one object: `PyErr_GetRaisedException` where there is one (3.12), else the triple
/// of `PyErr_Fetch` put together.
final class RaisedException {
    private static final CFunction GET_RAISED = CFunction.optional("PyObject *PyErr_GetRaisedException(void)");
    private static final CFunction FETCH =
            CFunction.optional("void PyErr_Fetch(PyObject **ptype, PyObject **pvalue, PyObject **ptraceback)");
    private static final CFunction NORMALIZE =
            CFunction.optional("void PyErr_NormalizeException(PyObject **exc, PyObject **val, PyObject **tb)");
    private static final CFunction SET_TRACEBACK =
            CFunction.of("int PyException_SetTraceback(PyObject *ex, PyObject *tb)");

    private RaisedException() {}

    @Owned
    static long take() {
        return GET_RAISED.isPresent() ? GET_RAISED.call() : takeTriple();
    }

    @Owned
    private static long takeTriple() {
        long triple = Memory.allocate(3 * Long.BYTES);
        long value = triple + Long.BYTES;
        long traceback = value + Long.BYTES;
        FETCH.call(triple, value, traceback);
        NORMALIZE.call(triple, value, traceback);
        if (Memory.getLong(traceback) != 0) {
            SET_TRACEBACK.call(Memory.getLong(value), Memory.getLong(traceback));
            Refs.clear(traceback);
        }
        Refs.clear(triple);
        long exception = Memory.getLong(value);
        Memory.free(triple);
        return exception;
    }
}
