package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `import.h`. With the GIL; an import may run any code.
public final class ImportApi {
    private static final CFunction IMPORT = CFunction.of("PyObject *PyImport_ImportModule(const char *name)");

    private ImportApi() {}

    /// The module of a name.
    ///
    /// @throws PyError as `import` raises
    @Owned
    public static long module(String name) {
        return PyError.orThrow(IMPORT.call(Memory.cString(name)));
    }

    /// `from module import name`
    ///
    /// @throws PyError as `import` raises, or AttributeError
    @Owned
    public static long attribute(String module, String name) {
        long imported = module(module);
        try {
            return ObjectApi.getAttribute(imported, UnicodeApi.interned(name));
        } finally {
            Refs.release(imported);
        }
    }

    /// As [#attribute], but 0 where the module has no such attribute.
    @Owned
    public static long optionalAttribute(String module, String name) {
        try {
            return attribute(module, name);
        } catch (PyError absent) {
            ErrorApi.clearOnly(Singletons.ATTRIBUTE_ERROR);
            return 0;
        }
    }
}
