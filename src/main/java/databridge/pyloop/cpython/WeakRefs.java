package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// `weakrefobject.h`: references that do not keep their object alive, and know when it is gone. With the GIL.
///
/// For what Java remembers of an object that others own: a bare address would dangle once the object is freed, and its
/// memory may be another object's by then. [LayoutCheck] proves the struct.
public final class WeakRefs {
    /// The head of `PyWeakReference`; `wr_object` is None once the object is gone.
    private static final CStruct REFERENCE =
            CStruct.of("struct _PyWeakReference { Py_ssize_t ob_refcnt; PyTypeObject *ob_type; PyObject *wr_object; }");
    private static final long WR_OBJECT = REFERENCE.offset("wr_object");

    private static final CFunction NEW = CFunction.of("PyObject *PyWeakref_NewRef(PyObject *ob, PyObject *callback)");

    private WeakRefs() {}

    /// A weak reference to an object.
    ///
    /// @throws PyError TypeError if the object's type has no weak references
    @Owned
    public static long of(long object) {
        return PyError.orThrow(NEW.call(object, 0L));
    }

    /// The object, 0 if it is gone.
    @Borrowed
    public static long target(long reference) {
        long object = Memory.getLong(reference + WR_OBJECT);
        return object == Singletons.NONE ? 0 : object;
    }
}
