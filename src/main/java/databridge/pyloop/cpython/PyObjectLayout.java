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

    private static final CStruct TYPE = CStruct.of("struct PyTypeObject { Py_ssize_t ob_refcnt; PyTypeObject *ob_type;"
            + " Py_ssize_t ob_size; const char *tp_name; Py_ssize_t tp_basicsize; Py_ssize_t tp_itemsize; void *tp_dealloc;"
            + " Py_ssize_t tp_vectorcall_offset; void *tp_getattr; void *tp_setattr; void *tp_as_async; void *tp_repr;"
            + " void *tp_as_number; void *tp_as_sequence; void *tp_as_mapping; void *tp_hash; void *tp_call; void *tp_str;"
            + " void *tp_getattro; void *tp_setattro; void *tp_as_buffer; unsigned long tp_flags; const char *tp_doc;"
            + " void *tp_traverse; void *tp_clear; void *tp_richcompare; Py_ssize_t tp_weaklistoffset; void *tp_iter;"
            + " void *tp_iternext; void *tp_methods; void *tp_members; void *tp_getset; void *tp_base; void *tp_dict;"
            + " void *tp_descr_get; void *tp_descr_set; Py_ssize_t tp_dictoffset; void *tp_init; void *tp_alloc;"
            + " void *tp_new; void *tp_free; void *tp_is_gc; void *tp_bases; void *tp_mro; void *tp_cache;"
            + " void *tp_subclasses; void *tp_weaklist; void *tp_del; unsigned int tp_version_tag; }");

    /// Offset of the version of a type object, an `unsigned int`.
    static final long TP_VERSION_TAG = TYPE.offset("tp_version_tag");

    private PyObjectLayout() {}
}
