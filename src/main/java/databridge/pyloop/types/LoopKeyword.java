package databridge.pyloop.types;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.ffi.Memory;

/// The keyword arguments `loop=self` as C wants them, a dict; making one for every future took a third of its time.
///
/// It lies in a slot of the loop object, where the garbage collector sees that it refers back. For callees in C that
/// only read it. Under the GIL.
final class LoopKeyword {
    private LoopKeyword() {}

    /// The dict of a loop whose engine is open.
    @Borrowed
    static long of(long self) {
        long dict = Memory.getLong(self + LoopType.KEYWORD);
        // Python code can have put anything there.
        if (dict == 0 || ObjectApi.typeOf(dict) != Singletons.DICT_TYPE) {
            dict = ObjectApi.newDict();
            ObjectApi.setItem(dict, "loop", self);
            HandleLayout.replace(self + LoopType.KEYWORD, dict);
        }
        return dict;
    }

    static void drop(long self) {
        Refs.clear(self + LoopType.KEYWORD);
    }
}
