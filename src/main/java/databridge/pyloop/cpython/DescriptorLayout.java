package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.Symbol;

/// `descrobject.h`, `methodobject.h`, `structmember.h`: how types describe their methods and members.
public final class DescriptorLayout {
    static final int METH_KEYWORDS = 0x0002;
    static final int METH_NOARGS = 0x0004;
    static final int METH_O = 0x0008;
    static final int METH_FASTCALL = 0x0080;

    static final int T_INT = 1;
    static final int T_BOOL = 14;
    static final int T_OBJECT_EX = 16;

    static final CStruct METHOD_DEF = CStruct.of(
            "struct PyMethodDef { const char *ml_name; PyCFunction ml_meth; int ml_flags; const char *ml_doc; }");
    static final long ML_NAME = METHOD_DEF.offset("ml_name");
    static final long ML_METH = METHOD_DEF.offset("ml_meth");
    static final long ML_FLAGS = METHOD_DEF.offset("ml_flags");
    static final long ML_DOC = METHOD_DEF.offset("ml_doc");

    static final CStruct MEMBER_DEF = CStruct.of(
            "struct PyMemberDef { const char *name; int type; Py_ssize_t offset; int flags; const char *doc; }");
    static final long MEMBER_NAME = MEMBER_DEF.offset("name");
    static final long MEMBER_TYPE = MEMBER_DEF.offset("type");
    static final long MEMBER_OFFSET = MEMBER_DEF.offset("offset");

    static final CStruct GETSET_DEF = CStruct.of(
            "struct PyGetSetDef { const char *name; getter get; setter set; const char *doc; void *closure; }");
    static final long GETSET_NAME = GETSET_DEF.offset("name");
    static final long GETSET_GET = GETSET_DEF.offset("get");
    static final long GETSET_SET = GETSET_DEF.offset("set");
    static final long GETSET_DOC = GETSET_DEF.offset("doc");

    /// `PyDescr_COMMON`, then what distinguishes the kinds of descriptor.
    private static final CStruct DESCRIPTOR = CStruct.of("struct PyMethodDescrObject { Py_ssize_t ob_refcnt;"
            + " PyTypeObject *ob_type; PyTypeObject *d_type; PyObject *d_name; PyObject *d_qualname; void *d_kind; }");
    static final long D_METHOD = DESCRIPTOR.offset("d_kind");
    static final long D_MEMBER = DESCRIPTOR.offset("d_kind");

    private static final Symbol MEMBER_DESCRIPTOR_TYPE = Symbol.of("PyMemberDescr_Type");

    private DescriptorLayout() {}

    /// The offset in an instance of the C field behind a `__slots__` entry.
    ///
    /// @throws LinkageError if the attribute is no slot
    public static long memberOffset(long type, String name) {
        long descriptor = ObjectApi.getAttribute(type, UnicodeApi.interned(name));
        try {
            if (ObjectApi.typeOf(descriptor) != MEMBER_DESCRIPTOR_TYPE.address()) {
                throw new LinkageError("'" + name + "' is no slot of the class on this Python");
            }
            return Memory.getLong(Memory.getLong(descriptor + D_MEMBER) + MEMBER_OFFSET);
        } finally {
            Refs.release(descriptor);
        }
    }
}
