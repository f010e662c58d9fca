package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.NativeLinker;

/// Facts about the interpreter this process runs: its version and build.
public final class Interpreter {
    /// `PY_VERSION_HEX`: 0x030B07F0 is 3.11.7.
    public static final long VERSION = Memory.getLong(NativeLinker.symbol("Py_Version"));

    public static final boolean AT_LEAST_3_12 = VERSION >= 0x030C0000;

    /// Whether reference counts are totalled (a debug build), so that only C may change them.
    public static final boolean DEBUG_BUILD = sysHas("gettotalrefcount");

    private Interpreter() {}

    private static boolean sysHas(String name) {
        return CFunction.of("PyObject *PySys_GetObject(const char *name)").call(Memory.cString(name)) != 0;
    }
}
