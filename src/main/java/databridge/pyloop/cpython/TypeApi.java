package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.Inlined;

/// Sizes and offsets of a type's instances, from attributes of the type object. With the GIL.
public final class TypeApi {
    private TypeApi() {}

    /// The version of a type, which no other type has; 0 from a change of the type or of one of its
    /// bases until one of its attributes is looked up.
    @Inlined
    public static int version(long type) {
        return Memory.getInt(type + PyObjectLayout.TP_VERSION_TAG);
    }

    /// The size of an instance in bytes, `type.__basicsize__`.
    public static long basicSize(long type) {
        return number(type, "__basicsize__");
    }

    /// The offset in an instance of the list of its weak references in bytes, `type.__weakrefoffset__`; 0 if there can
    /// be none.
    public static long weakListOffset(long type) {
        return number(type, "__weakrefoffset__");
    }

    private static long number(long type, String attribute) {
        long object = ObjectApi.getAttribute(type, UnicodeApi.interned(attribute));
        try {
            return NumberApi.asLong(object);
        } finally {
            Refs.release(object);
        }
    }
}
