package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;

/// One entry of a dict that is read far more often than it changes, for three loads of memory and no
/// call. With the GIL.
///
/// A lookup takes 15 ns, a tenth of what a timer takes. CPython can tell others when a dict changes,
/// but not in the same way in all supported versions. So the entry is looked for in the memory of the
/// dict's table, once for each table: a pair of pointers, the key and then its value. A table that
/// has grown is another one, and is searched again.
public final class DictEntry {
    private static final CStruct DICT = CStruct.of("struct PyDictObject { Py_ssize_t ob_refcnt; PyTypeObject *ob_type;"
            + " Py_ssize_t ma_used; uint64_t ma_version_tag; PyDictKeysObject *ma_keys; }");
    private static final long MA_USED = DICT.offset("ma_used");
    private static final long MA_KEYS = DICT.offset("ma_keys");
    private static final PyName SIZE_OF = PyName.of("__sizeof__");

    private final PyName key;
    private long dict;
    private long table;
    private long place;

    /// @param key of the entry
    public DictEntry(PyName key) {
        this.key = key;
    }

    /// Sets the dict, which must be exactly a `dict`.
    ///
    /// @param owned a reference that is kept as long as the interpreter lives
    public void bind(@Stolen long owned) {
        dict = owned;
        table = 0;
    }

    /// The value of the entry; 0 if there is none.
    @Inlined
    @Borrowed
    public long value() {
        if (Memory.getLong(dict + MA_KEYS) == table && Memory.getLong(place) == key.object()) {
            return Memory.getLong(place + Long.BYTES);
        }
        return find();
    }

    /// Whether this Python has the fields of a dict where they are read here: empty dicts share one table, and a dict
    /// with an entry has another.
    static boolean isLaidOutAsExpected() {
        long empty = DictApi.empty();
        long used = DictApi.empty();
        DictApi.put(used, "probe", Singletons.NONE);
        long shared = Memory.getLong(empty + MA_KEYS);
        long other = DictApi.empty();
        boolean emptyOnesShare = shared != 0 && Memory.getLong(other + MA_KEYS) == shared;
        boolean counts = Memory.getLong(empty + MA_USED) == 0 && Memory.getLong(used + MA_USED) == 1;
        boolean differs = Memory.getLong(used + MA_KEYS) != shared;
        Refs.release(other);
        Refs.release(used);
        Refs.release(empty);
        return emptyOnesShare && counts && differs;
    }

    @NotInlined
    private long find() {
        long value = DictApi.find(dict, key.object());
        table = 0;
        long keys = Memory.getLong(dict + MA_KEYS);
        long end = keys + tableSize() - Long.BYTES;
        for (long at = keys; value != 0 && at < end; at += Long.BYTES) {
            if (Memory.getLong(at) == key.object() && Memory.getLong(at + Long.BYTES) == value) {
                table = keys;
                place = at;
                break;
            }
        }
        return value;
    }

    private long tableSize() {
        long method = ObjectApi.getAttribute(dict, SIZE_OF.object());
        long size = PyError.orThrow(CallApi.call(method));
        try {
            return NumberApi.asLong(size) - TypeApi.basicSize(ObjectApi.typeOf(dict));
        } finally {
            Refs.release(size);
            Refs.release(method);
        }
    }
}
