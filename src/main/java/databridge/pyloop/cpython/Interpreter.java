package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticText;
import databridge.pyloop.ffi.Symbol;

/// The version and the build of the interpreter that this process runs. With the GIL.
public final class Interpreter {
    private static final Symbol VERSION = Symbol.of("Py_Version");
    private static final CFunction SYS_GET_OBJECT = CFunction.of("PyObject *PySys_GetObject(const char *name)");
    private static final CFunction CURRENT = CFunction.of("PyInterpreterState *PyInterpreterState_Get(void)");
    private static final CFunction MAIN = CFunction.of("PyInterpreterState *PyInterpreterState_Main(void)");
    private static final StaticText TOTAL = StaticText.of("gettotalrefcount");

    /// Whether a reference count is a 64-bit number that the engine may change: up to 3.11, except in debug builds.
    static boolean countsIn64Bits;

    /// Whether CPython adds references in 32 bits of the count and subtracts them from 64: 3.12 and 3.13.
    static boolean subtractsFrom64Bits;

    /// Whether reference counts are totalled (a debug build), so that only C may change them.
    static boolean debugBuild;

    private Interpreter() {}

    static void bind() {
        debugBuild = SYS_GET_OBJECT.call(TOTAL.address()) != 0;
        countsIn64Bits = !debugBuild && !versionAtLeast(0x030C0000);
        subtractsFrom64Bits = !debugBuild && !countsIn64Bits && !versionAtLeast(0x030E0000);
    }

    /// Whether the interpreter has this version or a later one.
    ///
    /// @param version as `PY_VERSION_HEX` has it: 0x030B07F0 is 3.11.7
    public static boolean versionAtLeast(long version) {
        return Memory.getLong(VERSION.address()) >= version;
    }

    /// Whether this thread runs in the main interpreter, and not in a subinterpreter.
    public static boolean isMain() {
        return CURRENT.call() == MAIN.call();
    }
}
