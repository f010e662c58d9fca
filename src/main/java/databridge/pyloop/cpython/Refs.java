package databridge.pyloop.cpython;

import static databridge.pyloop.cpython.PyObjectLayout.OB_REFCNT;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// All changes of reference counts. With the GIL.
///
/// Up to 3.11 the count is one 64-bit number. From 3.12 on it is a 32-bit one that is negative for immortal
/// objects, whose count must not change (PEP 683). Until 3.13 the other half is 0, or 1 if an extension for the
/// limited API of an old version has added a reference to an immortal object; 3.14 keeps flags there. Debug builds
/// add up all counts, so there C changes them.
public final class Refs {
    private static final CFunction DEALLOC = CFunction.of("void _Py_Dealloc(PyObject *op)");
    private static final CFunction INC_REF = CFunction.of("void Py_IncRef(PyObject *o)");
    private static final CFunction DEC_REF = CFunction.of("void Py_DecRef(PyObject *o)");

    private Refs() {}

    /// Adds a reference.
    ///
    /// @return `object`, for use in an expression
    @Owned
    public static long retain(long object) {
        if (Interpreter.countsIn64Bits) {
            Memory.putLong(object + OB_REFCNT, Memory.getLong(object + OB_REFCNT) + 1);
        } else if (Interpreter.debugBuild) {
            INC_REF.call(object);
        } else {
            int count = Memory.getInt(object + OB_REFCNT);
            if (count >= 0) {
                Memory.putInt(object + OB_REFCNT, count + 1);
            }
        }
        return object;
    }

    /// Releases a reference. If it was the last one, the object is freed, which may run any Python code.
    public static void release(@Stolen long object) {
        long left;
        if (Interpreter.countsIn64Bits) {
            left = Memory.getLong(object + OB_REFCNT) - 1;
            Memory.putLong(object + OB_REFCNT, left);
        } else if (Interpreter.debugBuild) {
            DEC_REF.call(object);
            return;
        } else if (Interpreter.subtractsFrom64Bits) {
            long count = Memory.getLong(object + OB_REFCNT);
            if ((int) count < 0) {
                return;
            }
            left = count - 1;
            Memory.putLong(object + OB_REFCNT, left);
        } else {
            left = Memory.getInt(object + OB_REFCNT) - 1L;
            if (left < 0) {
                return;
            }
            Memory.putInt(object + OB_REFCNT, (int) left);
        }
        if (left == 0) {
            DEALLOC.call(object);
        }
    }

    /// Releases a reference, unless `object` is NULL.
    public static void releaseIfAny(@Stolen long object) {
        if (object != 0) {
            release(object);
        }
    }

    /// Sets a C field that owns a reference to NULL, and then releases the reference.
    public static void clear(long field) {
        releaseIfAny(take(field));
    }

    /// Sets a C field that owns a reference to NULL and returns the reference; 0 if the field was NULL.
    @Owned
    public static long take(long field) {
        long object = Memory.getLong(field);
        Memory.putLong(field, 0);
        return object;
    }

    /// A new reference to the object in a C field, or to None if the field is NULL: Python code can delete
    /// the attribute of any field that it sees.
    @Owned
    public static long retainField(long field) {
        long object = Memory.getLong(field);
        return retain(object == 0 ? Singletons.NONE : object);
    }

    /// Sets a C field that owns a reference, and then releases the old one.
    public static void replace(long field, @Stolen long object) {
        long old = Memory.getLong(field);
        Memory.putLong(field, object);
        releaseIfAny(old);
    }

    /// Whether the caller's reference is the only one.
    public static boolean unshared(long object) {
        return Memory.getInt(object + OB_REFCNT) == 1;
    }
}
