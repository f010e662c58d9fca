package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// Checks the layouts that are read as memory here against the running interpreter. A Python with other
/// layouts is refused at the start; otherwise the engine would corrupt its objects. With the GIL.
public final class LayoutCheck {
    private static final CFunction TUPLE_GET_ITEM =
            CFunction.of("PyObject *PyTuple_GetItem(PyObject *p, Py_ssize_t pos)");
    private static final CFunction HASH = CFunction.of("Py_ssize_t PyObject_Hash(PyObject *o)"); // a Py_hash_t is one

    private static final CFunction NEW_SET = CFunction.of("PyObject *PySet_New(PyObject *iterable)");

    private LayoutCheck() {}

    /// Checks all layouts.
    ///
    /// @throws LinkageError naming the first layout that differs
    public static void require() {
        long number = NumberApi.fromDouble(1234.5);
        check("ob_type", ObjectApi.typeOf(number) == Singletons.FLOAT_TYPE);
        check("ob_fval", NumberApi.exactFloat(number) == 1234.5);
        check("ob_refcnt", Refs.unshared(number));
        long tuple = TupleApi.ofOne(number);
        check("ob_refcnt after retain", !Refs.unshared(number));
        check("ob_size", TupleApi.size(tuple) == 1);
        check("ob_item", TUPLE_GET_ITEM.call(tuple, 0L) == number);
        Refs.release(tuple);
        check("ob_refcnt after release", Refs.unshared(number));
        check("tp_name", ObjectApi.typeName(number).equals("float"));
        Refs.release(number);
        requireImmortality();
        requireSlots();
        requireBytes();
        requireWeakReferences();
        requireTypeVersions();
        check("ma_keys", DictEntry.isLaidOutAsExpected());
    }

    private static void requireTypeVersions() {
        long base = SlottedClass.withSlots("Probe");
        long attribute = UnicodeApi.interned("probe");
        ObjectApi.setAttribute(base, attribute, Singletons.NONE);
        check("tp_version_tag", versionAfterLookup(base, attribute) != 0);
        int before = TypeApi.version(base);
        check("tp_version_tag without a change", versionAfterLookup(base, attribute) == before);
        ObjectApi.setAttribute(base, attribute, Singletons.TRUE);
        check("tp_version_tag after a change", TypeApi.version(base) != before);
        check("tp_version_tag after a look-up", versionAfterLookup(base, attribute) != before);
        Refs.release(base);
    }

    private static int versionAfterLookup(long type, long attribute) {
        Refs.release(ObjectApi.getAttribute(type, attribute));
        return TypeApi.version(type);
    }

    private static void requireWeakReferences() {
        long object = PyError.orThrow(NEW_SET.call(0L));
        long reference = WeakRefs.of(object);
        check("wr_object", WeakRefs.target(reference) == object);
        Refs.release(object);
        check("wr_object after the object's end", WeakRefs.target(reference) == 0);
        Refs.release(reference);
    }

    private static void requireBytes() {
        long bytes = BytesApi.copy(Memory.cString("bytes"), 5);
        check("bytes", BytesApi.isExact(bytes) && BytesApi.size(bytes) == 5);
        check("ob_sval", Memory.getCString(BytesApi.data(bytes)).equals("bytes"));
        check("ob_shash", Memory.getLong(BytesApi.hashField(bytes)) == -1);
        long hash = HASH.call(bytes);
        check("ob_shash after hash()", Memory.getLong(BytesApi.hashField(bytes)) == hash);
        Refs.release(bytes);
    }

    /// From 3.12 on None has a fixed count that is negative (PEP 683); before, it is counted.
    private static void requireImmortality() {
        int before = Memory.getInt(Singletons.NONE + PyObjectLayout.OB_REFCNT);
        check("immortal None", Interpreter.versionAtLeast(0x030C0000) == (before < 0));
    }

    private static void requireSlots() {
        long type = SlottedClass.withSlots("Probe", "field");
        long offset = DescriptorLayout.memberOffset(type, "field");
        check("slot offset", offset == PyObjectLayout.OBJECT_SIZE && TypeApi.basicSize(type) == offset + Long.BYTES);
        long instance = ObjectApi.allocate(type);
        ObjectApi.setAttribute(instance, UnicodeApi.interned("field"), Singletons.NONE);
        check("slot value", Memory.getLong(instance + offset) == Singletons.NONE);
        Refs.release(instance);
        Refs.release(type);
    }

    private static void check(String layout, boolean holds) {
        if (!holds) {
            throw new LinkageError("this Python lays its objects out differently: " + layout);
        }
    }
}
