package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;

/// `dictobject.h`. With the GIL.
public final class DictApi {
    private static final CFunction NEW = CFunction.of("PyObject *PyDict_New(void)");
    private static final CFunction SET = CFunction.of("int PyDict_SetItem(PyObject *p, PyObject *key, PyObject *val)");
    private static final CFunction GET = CFunction.of("PyObject *PyDict_GetItemWithError(PyObject *p, PyObject *key)");

    private DictApi() {}

    /// A new dict.
    ///
    /// @throws PyError MemoryError
    @Owned
    public static long empty() {
        return PyError.orThrow(NEW.call());
    }

    /// `dict[key] = value`
    ///
    /// @throws PyError MemoryError
    public static void put(long dict, String key, long value) {
        PyError.orThrow((int) SET.call(dict, UnicodeApi.interned(key), value));
    }

    /// `dict.get(key)` of an exact dict and an exact `str`, whose comparison runs no Python code; 0 if it is missing.
    @Borrowed
    public static long find(long dict, long key) {
        long value = GET.call(dict, key);
        if (value == 0 && ErrorApi.occurred()) {
            throw PyError.pending();
        }
        return value;
    }

    /// `dict[key]`
    ///
    /// @throws PyError KeyError if there is no such key
    @Borrowed
    public static long get(long dict, long key) {
        long value = GET.call(dict, key);
        if (value == 0) {
            if (!ErrorApi.occurred()) {
                ErrorApi.raiseObject(Singletons.KEY_ERROR, key);
            }
            throw PyError.pending();
        }
        return value;
    }
}
