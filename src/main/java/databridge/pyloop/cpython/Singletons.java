package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.NativeLinker;

/// The interpreter's constants: objects that live as long as it does. Borrowed, all of them. Set when the engine
/// starts.
@SuppressWarnings("NonFinalStaticField") // known at run time alone
public final class Singletons {
    public static long NONE;
    public static long TRUE;
    public static long FALSE;

    public static long BYTEARRAY_TYPE;
    public static long BYTES_TYPE;
    public static long DICT_TYPE;
    public static long FLOAT_TYPE;
    public static long FUNCTION_TYPE;
    public static long LONG_TYPE;
    public static long MEMORYVIEW_TYPE;
    public static long METHOD_TYPE;
    public static long TUPLE_TYPE;
    public static long UNICODE_TYPE;

    public static long ATTRIBUTE_ERROR;
    public static long KEY_ERROR;
    public static long KEYBOARD_INTERRUPT;
    public static long MEMORY_ERROR;
    public static long OS_ERROR;
    public static long OVERFLOW_ERROR;
    public static long RECURSION_ERROR;
    public static long RUNTIME_ERROR;
    public static long SYSTEM_EXIT;
    public static long TYPE_ERROR;
    public static long VALUE_ERROR;

    private Singletons() {}

    static void bind() {
        NONE = NativeLinker.symbol("_Py_NoneStruct");
        TRUE = NativeLinker.symbol("_Py_TrueStruct");
        FALSE = NativeLinker.symbol("_Py_FalseStruct");
        BYTEARRAY_TYPE = NativeLinker.symbol("PyByteArray_Type");
        BYTES_TYPE = NativeLinker.symbol("PyBytes_Type");
        DICT_TYPE = NativeLinker.symbol("PyDict_Type");
        FLOAT_TYPE = NativeLinker.symbol("PyFloat_Type");
        FUNCTION_TYPE = NativeLinker.symbol("PyFunction_Type");
        LONG_TYPE = NativeLinker.symbol("PyLong_Type");
        MEMORYVIEW_TYPE = NativeLinker.symbol("PyMemoryView_Type");
        METHOD_TYPE = NativeLinker.symbol("PyMethod_Type");
        TUPLE_TYPE = NativeLinker.symbol("PyTuple_Type");
        UNICODE_TYPE = NativeLinker.symbol("PyUnicode_Type");
        ATTRIBUTE_ERROR = exception("AttributeError");
        KEY_ERROR = exception("KeyError");
        KEYBOARD_INTERRUPT = exception("KeyboardInterrupt");
        MEMORY_ERROR = exception("MemoryError");
        OS_ERROR = exception("OSError");
        OVERFLOW_ERROR = exception("OverflowError");
        RECURSION_ERROR = exception("RecursionError");
        RUNTIME_ERROR = exception("RuntimeError");
        SYSTEM_EXIT = exception("SystemExit");
        TYPE_ERROR = exception("TypeError");
        VALUE_ERROR = exception("ValueError");
    }

    private static long exception(String name) {
        return Memory.getLong(NativeLinker.symbol("PyExc_" + name));
    }
}
