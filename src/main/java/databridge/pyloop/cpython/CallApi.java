package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `abstract.h`: calling Python. With the GIL; any call may run any code.
public final class CallApi {
    private static final CFunction VECTORCALL = CFunction.of("PyObject *PyObject_Vectorcall(PyObject *callable,"
            + " PyObject *const *args, size_t nargsf, PyObject *kwnames)");
    private static final CFunction CALL =
            CFunction.of("PyObject *PyObject_Call(PyObject *callable, PyObject *args, PyObject *kwargs)");
    private static final CFunction VECTORCALL_METHOD = CFunction.of("PyObject *PyObject_VectorcallMethod("
            + "PyObject *name, PyObject *const *args, size_t nargsf, PyObject *kwnames)");

    private CallApi() {}

    /// `callable(*arguments)`, NULL for an exception.
    @Owned
    public static long call(long callable, long... arguments) {
        long array = array(arguments);
        try {
            return VECTORCALL.call(callable, array, arguments.length, 0L);
        } finally {
            Memory.free(array);
        }
    }

    /// `callable(...)` with the arguments in a C array: `count` positional ones, then those `keywords` names.
    ///
    /// @return NULL for an exception
    @Owned
    public static long vectorcall(long callable, long array, long count, long keywords) {
        return VECTORCALL.call(callable, array, count, keywords);
    }

    /// `callable(*arguments, **keywords)` with a tuple and a dict, the form that types written in C take
    /// without a conversion; NULL for an exception.
    @Owned
    public static long callWithDict(long callable, long arguments, long keywords) {
        return CALL.call(callable, arguments, keywords);
    }

    /// `self.name(*arguments)`, where the first argument is `self`; NULL for an exception.
    @Owned
    public static long callMethod(PyName name, long... selfAndArguments) {
        StackGuard.check();
        long array = array(selfAndArguments);
        try {
            return VECTORCALL_METHOD.call(name.object(), array, selfAndArguments.length, 0L);
        } finally {
            Memory.free(array);
        }
    }

    /// As [#callMethod], with `self` and the arguments in a C array, for calls made once per event.
    @Owned
    public static long callMethodOf(PyName name, long selfAndArguments, long count) {
        return VECTORCALL_METHOD.call(name.object(), selfAndArguments, count, 0L);
    }

    /// Calls a method as [#callMethod] does, and drops its result.
    ///
    /// @throws PyError if the method raised an exception
    public static void run(PyName name, long... selfAndArguments) {
        Refs.release(PyError.orThrow(callMethod(name, selfAndArguments)));
    }

    /// `self.name(...)` with the arguments that an entry point got: `count` positional ones, then one for
    /// each name of the tuple `keywords`, which may be NULL.
    ///
    /// @return the result, or 0 with a pending exception
    /// @throws PyError RecursionError if little of the C stack is left
    @Owned
    public static long forward(PyName name, long self, long arguments, long count, long keywords) {
        StackGuard.check();
        long total = count + (keywords == 0 ? 0 : TupleApi.size(keywords));
        long array = Memory.allocate((total + 1) * Long.BYTES);
        Memory.putLong(array, self);
        for (long i = 0; i < total; i++) {
            Memory.putLong(array + (i + 1) * Long.BYTES, Memory.getLong(arguments + i * Long.BYTES));
        }
        try {
            return VECTORCALL_METHOD.call(name.object(), array, count + 1, keywords);
        } finally {
            Memory.free(array);
        }
    }

    private static long array(long[] objects) {
        long array = Memory.allocate(Math.max(1, objects.length) * (long) Long.BYTES);
        for (int i = 0; i < objects.length; i++) {
            Memory.putLong(array + (long) i * Long.BYTES, objects[i]);
        }
        return array;
    }
}
