package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// `weakrefobject.h`: references that do not keep their object alive, and that show when it has been freed.
/// With the GIL.
///
/// For objects that Java remembers and does not own: the bare address of a freed object dangles, and may be
/// that of another object by then. [LayoutCheck] checks the struct.
public final class WeakRefs {
    /// The head of `PyWeakReference`; `wr_object` is None once the object is freed.
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

    /// The object, 0 if it has been freed.
    @Borrowed
    public static long target(long reference) {
        long object = Memory.getLong(reference + WR_OBJECT);
        return object == Singletons.NONE ? 0 : object;
    }
}
