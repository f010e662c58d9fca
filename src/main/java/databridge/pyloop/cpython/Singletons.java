package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.NativeLinker;

/// The interpreter's constants: objects that live as long as it does. Borrowed, all of them.
public final class Singletons {
    public static final long NONE = NativeLinker.symbol("_Py_NoneStruct");
    public static final long TRUE = NativeLinker.symbol("_Py_TrueStruct");
    public static final long FALSE = NativeLinker.symbol("_Py_FalseStruct");

    public static final long BYTEARRAY_TYPE = NativeLinker.symbol("PyByteArray_Type");
    public static final long BYTES_TYPE = NativeLinker.symbol("PyBytes_Type");
    public static final long DICT_TYPE = NativeLinker.symbol("PyDict_Type");
    public static final long FLOAT_TYPE = NativeLinker.symbol("PyFloat_Type");
    public static final long LONG_TYPE = NativeLinker.symbol("PyLong_Type");
    public static final long MEMORYVIEW_TYPE = NativeLinker.symbol("PyMemoryView_Type");
    public static final long TUPLE_TYPE = NativeLinker.symbol("PyTuple_Type");
    public static final long UNICODE_TYPE = NativeLinker.symbol("PyUnicode_Type");

    public static final long ATTRIBUTE_ERROR = exception("AttributeError");
    public static final long KEY_ERROR = exception("KeyError");
    public static final long KEYBOARD_INTERRUPT = exception("KeyboardInterrupt");
    public static final long MEMORY_ERROR = exception("MemoryError");
    public static final long OS_ERROR = exception("OSError");
    public static final long OVERFLOW_ERROR = exception("OverflowError");
    public static final long RECURSION_ERROR = exception("RecursionError");
    public static final long RUNTIME_ERROR = exception("RuntimeError");
    public static final long SYSTEM_EXIT = exception("SystemExit");
    public static final long TYPE_ERROR = exception("TypeError");
    public static final long VALUE_ERROR = exception("ValueError");

    private Singletons() {}

    private static long exception(String name) {
        return Memory.getLong(NativeLinker.symbol("PyExc_" + name));
    }
}
