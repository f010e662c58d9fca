package databridge.pyloop.loop;

import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.SlottedClass;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;

/// Where the fields of a loop object are: offsets in bytes from its address. With the GIL.
///
/// ```
/// LoopRoots, a class with slots    _roots | _keywords | _task_factory | time
/// LoopCore                         number (int) | _stopping | _debug | _closed | _running_forever | _has_own_clock |
///                                  _has_own_call_soon | _waits_cooperatively
/// ```
///
/// The slots own references, and the garbage collector sees them. The others are C fields with members of those names,
/// so that asyncio's own methods and the engine see one state.
final class LoopLayout {
    /// The class with the slots, base of `LoopCore`. Borrowed.
    static long ROOTED;

    static long ROOTS;
    static long KEYWORDS;
    static long TASK_FACTORY;
    static long TIME;
    /// See [databridge.pyloop.handles.LoopNumbers]; 0 while the engine is not open.
    static long NUMBER;
    static long STOPPING;
    static long DEBUG;
    static long CLOSED;
    static long FOREVER;
    static long OWN_CLOCK;
    static long OWN_CALL_SOON;
    static long COOPERATIVE;
    static long SIZE;

    private LoopLayout() {}

    static void bind() {
        ROOTED = SlottedClass.withSlots("LoopRoots", "_roots", "_keywords", "_task_factory", "time");
        ROOTS = DescriptorLayout.memberOffset(ROOTED, "_roots");
        KEYWORDS = DescriptorLayout.memberOffset(ROOTED, "_keywords");
        TASK_FACTORY = DescriptorLayout.memberOffset(ROOTED, "_task_factory");
        TIME = DescriptorLayout.memberOffset(ROOTED, "time");
        // From here on Python code does not see these slots; the garbage collector still does.
        ObjectApi.deleteAttribute(ROOTED, UnicodeApi.interned("_roots"));
        ObjectApi.deleteAttribute(ROOTED, UnicodeApi.interned("_keywords"));
        NUMBER = TypeApi.basicSize(ROOTED);
        STOPPING = NUMBER + Integer.BYTES;
        DEBUG = STOPPING + 1;
        CLOSED = DEBUG + 1;
        FOREVER = CLOSED + 1;
        OWN_CLOCK = FOREVER + 1;
        OWN_CALL_SOON = OWN_CLOCK + 1;
        COOPERATIVE = OWN_CALL_SOON + 1;
        SIZE = COOPERATIVE + 1;
    }

    static int number(long loop) {
        return Memory.getInt(loop + NUMBER);
    }

    static boolean stopping(long loop) {
        return Memory.getByte(loop + STOPPING) != 0;
    }

    static boolean debug(long loop) {
        return Memory.getByte(loop + DEBUG) != 0;
    }

    static boolean closed(long loop) {
        return Memory.getByte(loop + CLOSED) != 0;
    }

    static boolean runsForever(long loop) {
        return Memory.getByte(loop + FOREVER) != 0;
    }

    static boolean hasOwnClock(long loop) {
        return Memory.getByte(loop + OWN_CLOCK) != 0;
    }

    static boolean hasOwnCallSoon(long loop) {
        return Memory.getByte(loop + OWN_CALL_SOON) != 0;
    }

    static boolean waitsCooperatively(long loop) {
        return Memory.getByte(loop + COOPERATIVE) != 0;
    }
}
