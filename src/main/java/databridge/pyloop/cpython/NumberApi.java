package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `longobject.h` and `floatobject.h`: numbers in and out. With the GIL.
public final class NumberApi {
    private static final CFunction FLOAT_FROM_DOUBLE = CFunction.of("PyObject *PyFloat_FromDouble(double v)");
    private static final CFunction LONG_FROM_LONG_LONG = CFunction.of("PyObject *PyLong_FromLongLong(long long v)");
    private static final CFunction LONG_AS_LONG_LONG = CFunction.of("long long PyLong_AsLongLong(PyObject *pylong)");
    private static final CFunction NUMBER_CHECK = CFunction.of("int PyNumber_Check(PyObject *o)");
    private static final CFunction NUMBER_FLOAT = CFunction.of("PyObject *PyNumber_Float(PyObject *o)");

    private NumberApi() {}

    /// A new `float` object.
    ///
    /// @throws PyError MemoryError
    @Owned
    public static long fromDouble(double value) {
        return PyError.orThrow(FLOAT_FROM_DOUBLE.call(value));
    }

    /// An `int` object.
    ///
    /// @throws PyError MemoryError
    @Owned
    public static long fromLong(long value) {
        return PyError.orThrow(LONG_FROM_LONG_LONG.call(value));
    }

    /// The value of an `int` object.
    ///
    /// @throws PyError OverflowError if it does not fit in 64 bits, TypeError if it is no `int`
    public static long asLong(long object) {
        long value = LONG_AS_LONG_LONG.call(object);
        if (value == -1 && ErrorApi.occurred()) {
            throw PyError.pending();
        }
        return value;
    }

    /// The value of an `int` object as a C `int`, a file descriptor for instance.
    ///
    /// @throws PyError OverflowError if it does not fit, TypeError if it is no `int`
    public static int asInt(long object) {
        long value = LONG_AS_LONG_LONG.call(object);
        if (value == (int) value && (value != -1 || !ErrorApi.occurred())) {
            return (int) value;
        }
        if (value == -1) {
            ErrorApi.clearOnly(Singletons.OVERFLOW_ERROR);
        }
        throw ErrorApi.raise(Singletons.OVERFLOW_ERROR, "Python int too large to convert to C int");
    }

    /// Whether the type of an object is exactly `float`.
    public static boolean isExactFloat(long object) {
        return Memory.getLong(object + PyObjectLayout.OB_TYPE) == Singletons.FLOAT_TYPE;
    }

    /// Whether the type of an object is exactly `int`.
    public static boolean isExactLong(long object) {
        return Memory.getLong(object + PyObjectLayout.OB_TYPE) == Singletons.LONG_TYPE;
    }

    /// The value of an object whose type is exactly `int`; `otherwise` if the type is another one, or the value does
    /// not fit in 64 bits. Throws nothing.
    public static long exactLong(long object, long otherwise) {
        if (!isExactLong(object)) {
            return otherwise;
        }
        try {
            return asLong(object);
        } catch (PyError tooLarge) {
            ErrorApi.clear();
            return otherwise;
        }
    }

    /// The value of an object whose type is exactly `float`.
    public static double exactFloat(long object) {
        return Memory.getDouble(object + PyObjectLayout.OB_FVAL);
    }

    /// A number's value; unlike `float()` this parses no strings.
    ///
    /// @throws PyError TypeError if the object is no real number
    public static double toDouble(long object) {
        if (isExactFloat(object)) {
            return exactFloat(object);
        }
        if (isExactLong(object)) {
            long value = LONG_AS_LONG_LONG.call(object);
            if (value != -1) {
                return value;
            }
            ErrorApi.clear(); // it may be too large
        }
        return converted(object);
    }

    private static double converted(long object) {
        if ((int) NUMBER_CHECK.call(object) == 0) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, "must be real number, not " + ObjectApi.typeName(object));
        }
        long converted = PyError.orThrow(NUMBER_FLOAT.call(object));
        double value = exactFloat(converted);
        Refs.release(converted);
        return value;
    }
}
