package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.NativeLinker;

/// Addresses of the interpreter's constants: objects that live as long as it does. All are borrowed. They are
/// set when the engine starts.
@SuppressWarnings("NonFinalStaticField") // known only at run time
public final class Singletons {
    /// `None`
    public static long NONE;
    /// `True`
    public static long TRUE;
    /// `False`
    public static long FALSE;

    /// `types.BuiltinFunctionType`
    public static long BUILTIN_FUNCTION_TYPE;
    /// `bytearray`
    public static long BYTEARRAY_TYPE;
    /// `bytes`
    public static long BYTES_TYPE;
    /// `dict`
    public static long DICT_TYPE;
    /// `float`
    public static long FLOAT_TYPE;
    /// `types.FunctionType`
    public static long FUNCTION_TYPE;
    /// `int`
    public static long LONG_TYPE;
    /// `memoryview`
    public static long MEMORYVIEW_TYPE;
    /// `types.MethodType`
    public static long METHOD_TYPE;
    /// `tuple`
    public static long TUPLE_TYPE;
    /// `type`
    public static long TYPE_TYPE;
    /// `str`
    public static long UNICODE_TYPE;

    /// `AttributeError`
    public static long ATTRIBUTE_ERROR;
    /// `Exception`
    public static long EXCEPTION;
    /// `IndexError`
    public static long INDEX_ERROR;
    /// `KeyError`
    public static long KEY_ERROR;
    /// `KeyboardInterrupt`
    public static long KEYBOARD_INTERRUPT;
    /// `MemoryError`
    public static long MEMORY_ERROR;
    /// `OSError`
    public static long OS_ERROR;
    /// `OverflowError`
    public static long OVERFLOW_ERROR;
    /// `RecursionError`
    public static long RECURSION_ERROR;
    /// `RuntimeError`
    public static long RUNTIME_ERROR;
    /// `SystemExit`
    public static long SYSTEM_EXIT;
    /// `TypeError`
    public static long TYPE_ERROR;
    /// `ValueError`
    public static long VALUE_ERROR;

    private Singletons() {}

    static void bind() {
        NONE = NativeLinker.symbol("_Py_NoneStruct");
        TRUE = NativeLinker.symbol("_Py_TrueStruct");
        FALSE = NativeLinker.symbol("_Py_FalseStruct");
        BUILTIN_FUNCTION_TYPE = NativeLinker.symbol("PyCFunction_Type");
        BYTEARRAY_TYPE = NativeLinker.symbol("PyByteArray_Type");
        BYTES_TYPE = NativeLinker.symbol("PyBytes_Type");
        DICT_TYPE = NativeLinker.symbol("PyDict_Type");
        FLOAT_TYPE = NativeLinker.symbol("PyFloat_Type");
        FUNCTION_TYPE = NativeLinker.symbol("PyFunction_Type");
        LONG_TYPE = NativeLinker.symbol("PyLong_Type");
        MEMORYVIEW_TYPE = NativeLinker.symbol("PyMemoryView_Type");
        METHOD_TYPE = NativeLinker.symbol("PyMethod_Type");
        TUPLE_TYPE = NativeLinker.symbol("PyTuple_Type");
        TYPE_TYPE = NativeLinker.symbol("PyType_Type");
        UNICODE_TYPE = NativeLinker.symbol("PyUnicode_Type");
        ATTRIBUTE_ERROR = exception("AttributeError");
        EXCEPTION = exception("Exception");
        INDEX_ERROR = exception("IndexError");
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
