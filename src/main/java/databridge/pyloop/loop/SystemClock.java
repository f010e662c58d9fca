package databridge.pyloop.loop;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.DictEntry;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.cpython.WatchedMethod;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.runtime.NotInlined;

/// The clock that loops go by unless they have one of their own: `time.monotonic`, whatever a program
/// has set that attribute to. Tests that freeze time replace it. asyncio looks it up for each
/// reading; here the clock is read without Python as long as the attribute is the function of the
/// module `time`. With the GIL.
///
/// Static because the module belongs to the interpreter.
public final class SystemClock {
    private static final PyName MONOTONIC = PyName.of("monotonic");
    private static final PyName SELF = PyName.of("__self__");
    private static final PyName NAME = PyName.of("__name__");

    private static final WatchedMethod METHOD = new WatchedMethod(PyName.of("time"));
    private static final DictEntry ENTRY = new DictEntry(MONOTONIC);
    private static long module;
    /// The function of the module, 0 until it is seen. Retained: no other object gets its address.
    private static long original;

    private SystemClock() {}

    static void bind() {
        module = ImportApi.module("time");
        ENTRY.bind(ImportApi.attribute("time", "__dict__"));
        original = 0;
        long loopClass = ImportApi.attribute("asyncio", "SelectorEventLoop");
        long neighbour = ObjectApi.getAttribute(loopClass, UnicodeApi.interned("get_exception_handler"));
        METHOD.bind(loopClass, neighbour);
        Refs.release(neighbour);
    }

    /// Whether loops go by another function than that of the module: `time.monotonic` is replaced, and
    /// the method `time` of asyncio's loops is not. A program replaces both if its loops are to keep
    /// the real clock.
    static boolean isReplaced() {
        long value = ENTRY.value();
        return value != original && differs(value);
    }

    @NotInlined
    private static boolean differs(long value) {
        return !isOriginal(value) && METHOD.isOriginal();
    }

    /// `time.monotonic()`: the value of `loop.time`, a function that belongs to no loop.
    @EntryPoint
    @Owned
    public static long time(long unused) {
        if (!isReplaced()) {
            return NumberApi.fromDouble(Deadline.seconds(System.nanoTime()));
        }
        long function = ENTRY.value();
        if (function == 0) {
            throw ErrorApi.raise(Singletons.ATTRIBUTE_ERROR, "module 'time' has no attribute 'monotonic'");
        }
        Refs.retain(function);
        try {
            return PyError.orThrow(CallApi.call(function));
        } finally {
            Refs.release(function);
        }
    }

    private static boolean isOriginal(long value) {
        if (value == 0 || ObjectApi.typeOf(value) != Singletons.BUILTIN_FUNCTION_TYPE) {
            return false;
        }
        long self = ObjectApi.getAttribute(value, SELF.object());
        long name = ObjectApi.getAttribute(value, NAME.object());
        boolean found = self == module && ObjectApi.equal(name, MONOTONIC.object());
        Refs.release(self);
        Refs.release(name);
        if (found && original == 0) {
            original = Refs.retain(value);
        }
        return found;
    }
}
