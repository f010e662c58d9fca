package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CStruct;

/// `object.h`, `floatobject.h`, `tupleobject.h`, `longobject.h`: the public heads of the objects that are
/// read as memory. [LayoutCheck] checks them against the running interpreter.
public final class PyObjectLayout {
    private static final CStruct OBJECT =
            CStruct.of("struct PyObject { Py_ssize_t ob_refcnt; PyTypeObject *ob_type; }");
    private static final CStruct VAR_OBJECT =
            CStruct.of("struct PyVarObject { Py_ssize_t ob_refcnt; PyTypeObject *ob_type; Py_ssize_t ob_size; }");
    private static final CStruct FLOAT =
            CStruct.of("struct PyFloatObject { Py_ssize_t ob_refcnt; PyTypeObject *ob_type; double ob_fval; }");

    /// Offset of the reference count, in bytes as all offsets here.
    public static final long OB_REFCNT = OBJECT.offset("ob_refcnt");
    /// Offset of the pointer to the type.
    public static final long OB_TYPE = OBJECT.offset("ob_type");
    /// Size of the head of an object in bytes.
    public static final long OBJECT_SIZE = OBJECT.size();
    /// Offset of the number of items in a variable-sized object.
    public static final long OB_SIZE = VAR_OBJECT.offset("ob_size");
    /// Offset of the value in a `float` object, a C `double`.
    public static final long OB_FVAL = FLOAT.offset("ob_fval");

    /// Offset of the name in a type object, the first field behind the head of a variable-sized object.
    public static final long TP_NAME = VAR_OBJECT.size();

    private PyObjectLayout() {}
}
