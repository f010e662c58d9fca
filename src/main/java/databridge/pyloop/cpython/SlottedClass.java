package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Symbol;

/// Makes an empty Python class with `__slots__`: a garbage-collected base that C alone manages, for
/// [TypeDef]s to extend.
public final class SlottedClass {
    private static final Symbol TYPE_TYPE = Symbol.of("PyType_Type");

    private SlottedClass() {}

    /// `type(name, (), {"__slots__": [slot, ...]})`
    @Owned
    public static long withSlots(String name, String... names) {
        long className = UnicodeApi.fromString(name);
        long bases = TupleApi.ofNone(0);
        long body = DictApi.empty();
        long slots = ListApi.empty();
        for (String slot : names) {
            ListApi.append(slots, UnicodeApi.interned(slot));
        }
        DictApi.put(body, "__slots__", slots);
        long type = CallApi.call(TYPE_TYPE.address(), className, bases, body);
        Refs.release(className);
        Refs.release(bases);
        Refs.release(body);
        Refs.release(slots);
        return PyError.orThrow(type);
    }
}
