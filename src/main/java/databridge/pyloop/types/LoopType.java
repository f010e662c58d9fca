package databridge.pyloop.types;

import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;
import static databridge.pyloop.cpython.TypeDef.Kind.NO_ARGUMENTS;
import static databridge.pyloop.cpython.TypeDef.Kind.ONE_ARGUMENT;

import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.SlottedClass;
import databridge.pyloop.cpython.StackGuard;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;

/// `LoopCore`: the half of the loop class that is Java, the first base of `PyLoop`.
///
/// Its C fields are flags that asyncio's own methods set through members of the same names, so that both halves see
/// one state: `self._stopping = True` in `BaseEventLoop.stop` is a byte the running engine reads.
public final class LoopType {
    private static long ROOTED;

    static long ROOTS;
    static long KEYWORDS;
    static long TASK_FACTORY;
    static long TIME;
    static long PEER;
    static long STOPPING;
    static long DEBUG;
    static long CLOSED;
    static long FOREVER;
    static long OWN_CLOCK;
    private static long SIZE;

    private static long TYPE;

    private LoopType() {}

    static void bind() {
        ROOTED = SlottedClass.withSlots("LoopRoots", "_roots", "_keywords", "_task_factory", "time");
        ROOTS = DescriptorLayout.memberOffset(ROOTED, "_roots");
        KEYWORDS = DescriptorLayout.memberOffset(ROOTED, "_keywords");
        TASK_FACTORY = DescriptorLayout.memberOffset(ROOTED, "_task_factory");
        TIME = DescriptorLayout.memberOffset(ROOTED, "time");
        PEER = SlottedClass.basicSize(ROOTED);
        STOPPING = PEER + Integer.BYTES;
        DEBUG = STOPPING + 1;
        CLOSED = DEBUG + 1;
        FOREVER = CLOSED + 1;
        OWN_CLOCK = FOREVER + 1;
        SIZE = OWN_CLOCK + 1;
        TYPE = declareAll().build(ROOTED, SIZE);
    }

    /// The type object. Borrowed.
    public static long type() {
        return TYPE;
    }

    private static TypeDef declareAll() {
        TypeDef type = TypeDef.named(LoopType.class, "data_bridge.pyloop.LoopCore", "The engine of an event loop.");
        declareOwn(type);
        Scheduling.declare(type);
        BatchScheduling.declare(type);
        TaskCreation.declare(type);
        SocketCalls.declare(type);
        return Watching.declare(type);
    }

    private static void declareOwn(TypeDef type) {
        type.boolMember("_stopping", STOPPING)
                .boolMember("_debug", DEBUG)
                .boolMember("_closed", CLOSED)
                .boolMember("_running_forever", FOREVER)
                .boolMember("_has_own_clock", OWN_CLOCK)
                .method("_open_engine($self, poll_bound_ns, /)", ONE_ARGUMENT, "openEngine", "Open the engine.")
                .method("_close_engine($self, /)", NO_ARGUMENTS, "closeEngine", "Close the engine.")
                .method("_run_once($self, /)", NO_ARGUMENTS, "runOnce", "Run one full iteration of the event loop.")
                .method("get_debug($self, /)", NO_ARGUMENTS, "getDebug", "Return True if debug mode is on.");
    }

    @EntryPoint
    static long openEngine(long self, long pollBoundNs, long unused, long unused2) {
        if (LoopPeer.ifOpen(self) == null) {
            LoopPeer.open(self, NumberApi.asLong(pollBoundNs));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long closeEngine(long self, long unused, long unused2, long unused3) {
        LoopPeer peer = LoopPeer.ifOpen(self);
        if (peer != null) {
            if (peer.running()) {
                throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "Cannot close a running event loop");
            }
            peer.close();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long runOnce(long self, long unused, long unused2, long unused3) {
        StackGuard.check();
        LoopPeer.of(self).run();
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long getDebug(long self, long unused, long unused2, long unused3) {
        return Refs.retain(Memory.getByte(self + DEBUG) != 0 ? TRUE : FALSE);
    }
}
