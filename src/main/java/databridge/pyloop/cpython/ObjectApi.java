package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `object.h` and `objimpl.h`, as far as they are used. With the GIL.
public final class ObjectApi {
    private static final CFunction GET_ATTR = CFunction.of("PyObject *PyObject_GetAttr(PyObject *o, PyObject *name)");
    private static final CFunction SET_ATTR =
            CFunction.of("int PyObject_SetAttr(PyObject *o, PyObject *name, PyObject *v)");
    private static final CFunction CALLABLE = CFunction.of("int PyCallable_Check(PyObject *o)");
    private static final CFunction REPR = CFunction.of("PyObject *PyObject_Repr(PyObject *o)");
    private static final CFunction IS_SUBTYPE = CFunction.of("int PyType_IsSubtype(PyTypeObject *a, PyTypeObject *b)");
    private static final CFunction IS_INSTANCE = CFunction.of("int PyObject_IsInstance(PyObject *inst, PyObject *cls)");
    private static final CFunction COMPARE =
            CFunction.of("int PyObject_RichCompareBool(PyObject *o1, PyObject *o2, int opid)");
    private static final int PY_EQ = 2;
    private static final CFunction IS_TRUE = CFunction.of("int PyObject_IsTrue(PyObject *o)");
    private static final CFunction SIZE = CFunction.of("Py_ssize_t PyObject_Size(PyObject *o)");
    private static final CFunction GENERIC_ALLOC =
            CFunction.of("PyObject *PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t nitems)");
    private static final CFunction GC_NEW = CFunction.of("PyObject *_PyObject_GC_New(PyTypeObject *type)");
    private static final CFunction GC_TRACK = CFunction.of("void PyObject_GC_Track(void *op)");
    private static final CFunction GC_UNTRACK = CFunction.of("void PyObject_GC_UnTrack(void *op)");
    private static final CFunction GC_IS_TRACKED = CFunction.of("int PyObject_GC_IsTracked(PyObject *op)");

    private ObjectApi() {}

    /// The type of an object.
    @Borrowed
    public static long typeOf(long object) {
        return Memory.getLong(object + PyObjectLayout.OB_TYPE);
    }

    /// Whether the type of an object is `type` or derives from it. Unlike `isinstance()` this runs no
    /// Python code.
    public static boolean isInstance(long object, long type) {
        long actual = typeOf(object);
        return isSubtype(actual, type);
    }

    /// Whether a type is `base` or derives from it.
    public static boolean isSubtype(long type, long base) {
        return type == base || (int) IS_SUBTYPE.call(type, base) != 0;
    }

    /// `isinstance(object, type)`, which respects `__class__` and `__instancecheck__`.
    ///
    /// @throws PyError as `isinstance` raises
    public static boolean passesFor(long object, long type) {
        return PyError.orThrow((int) IS_INSTANCE.call(object, type)) != 0;
    }

    /// `one is other or one == other`
    ///
    /// @throws PyError as the comparison raises
    public static boolean equal(long one, long other) {
        return one == other || PyError.orThrow((int) COMPARE.call(one, other, PY_EQ)) != 0;
    }

    /// `bool(object)`
    ///
    /// @throws PyError as `bool` raises
    public static boolean isTrue(long object) {
        if (object == Singletons.TRUE || object == Singletons.FALSE || object == Singletons.NONE) {
            return object == Singletons.TRUE;
        }
        return PyError.orThrow((int) IS_TRUE.call(object)) != 0;
    }

    /// `len(object)`
    ///
    /// @throws PyError as `len` raises
    public static long length(long object) {
        long length = SIZE.call(object);
        if (length < 0) {
            throw PyError.pending();
        }
        return length;
    }

    /// The name of an object's class, for messages.
    public static String typeName(long object) {
        return Memory.getCString(Memory.getLong(typeOf(object) + PyObjectLayout.TP_NAME));
    }

    /// `callable(object)`
    public static boolean isCallable(long object) {
        return (int) CALLABLE.call(object) != 0;
    }

    /// `getattr(object, name)`
    ///
    /// @param name a `str` object
    /// @throws PyError as `getattr` raises
    @Owned
    public static long getAttribute(long object, long name) {
        return PyError.orThrow(GET_ATTR.call(object, name));
    }

    /// `setattr(object, name, value)`
    ///
    /// @param name a `str` object
    /// @throws PyError as `setattr` raises
    public static void setAttribute(long object, long name, long value) {
        PyError.orThrow((int) SET_ATTR.call(object, name, value));
    }

    /// `del object.name`
    ///
    /// @param name a `str` object
    /// @throws PyError as `delattr` raises
    public static void deleteAttribute(long object, long name) {
        setAttribute(object, name, 0);
    }

    /// `repr(object)`
    ///
    /// @throws PyError as `repr` raises
    @Owned
    public static long repr(long object) {
        return PyError.orThrow(REPR.call(object));
    }

    /// A zeroed instance of a heap type, tracked by the garbage collector. Neither `__new__` nor
    /// `__init__` runs.
    ///
    /// May run the garbage collector, and with it any code.
    @Owned
    public static long allocate(long type) {
        return PyError.orThrow(GENERIC_ALLOC.call(type, 0L));
    }

    /// As [#allocate], but the garbage collector does not track the instance, and its fields are zeroed here.
    ///
    /// @param size of an instance in bytes
    @Owned
    public static long allocateUntracked(long type, long size) {
        long object = PyError.orThrow(GC_NEW.call(type));
        for (long offset = PyObjectLayout.OBJECT_SIZE; offset < size; offset += Long.BYTES) {
            Memory.putLong(object + offset, 0);
        }
        return object;
    }

    /// Makes the garbage collector track an object, if it does not.
    public static void track(long object) {
        if ((int) GC_IS_TRACKED.call(object) == 0) {
            GC_TRACK.call(object);
        }
    }

    /// Makes the garbage collector ignore an object. No other object may be reachable only through it
    /// for long.
    public static void untrack(long object) {
        GC_UNTRACK.call(object);
    }
}
