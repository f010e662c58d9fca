package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.NativeLinker;

/// Takes the pending exception as one object: `PyErr_GetRaisedException` where there is one (3.12), else the triple
/// of `PyErr_Fetch` put together.
final class RaisedException {
    private static final boolean SINGLE_OBJECT = NativeLinker.optionalSymbol("PyErr_GetRaisedException") != 0;

    private RaisedException() {}

    @Owned
    static long take() {
        return SINGLE_OBJECT ? Modern.GET_RAISED.call() : Triple.take();
    }

    private static final class Modern {
        static final CFunction GET_RAISED = CFunction.of("PyObject *PyErr_GetRaisedException(void)");
    }

    private static final class Triple {
        static final CFunction FETCH =
                CFunction.of("void PyErr_Fetch(PyObject **ptype, PyObject **pvalue, PyObject **ptraceback)");
        static final CFunction NORMALIZE =
                CFunction.of("void PyErr_NormalizeException(PyObject **exc, PyObject **val, PyObject **tb)");
        static final CFunction SET_TRACEBACK = CFunction.of("int PyException_SetTraceback(PyObject *ex, PyObject *tb)");

        @Owned
        static long take() {
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
}
