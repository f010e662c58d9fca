package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.StackGuard;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.cpython.WatchedMethod;
import databridge.pyloop.runtime.EntryPoint;
import org.jspecify.annotations.Nullable;

/// `LoopCore`: the half of the loop class that is Java, the first base of `PyLoop`.
///
/// Its C fields are flags that asyncio's own methods set through members of the same names, so that both
/// halves see one state: `self._stopping = True` in `BaseEventLoop.stop` sets a byte that the running
/// engine reads.
public final class LoopType {
    private static final PyName INHERITED_RUN_ONCE = PyName.of("_inherited_run_once");

    /// asyncio's method, which a program can have replaced in asyncio's class to make runs nest.
    private static final WatchedMethod RUN_ONCE = new WatchedMethod(PyName.of("_run_once"));

    private static long TYPE;

    private LoopType() {}

    static void bind() {
        long base = ImportApi.attribute("asyncio", "SelectorEventLoop");
        long neighbour = ObjectApi.getAttribute(base, UnicodeApi.interned("get_exception_handler"));
        RUN_ONCE.bind(base, neighbour);
        Refs.release(neighbour);
        TYPE = declareAll().build(LoopLayout.ROOTED, LoopLayout.SIZE);
    }

    /// The type object. Borrowed.
    public static long type() {
        return TYPE;
    }

    /// The engine of an object, which may be of any type.
    ///
    /// @throws databridge.pyloop.cpython.PyError TypeError if it is no loop of ours; RuntimeError if it is not open
    public static LoopEngine engineOf(long object) {
        if (!ObjectApi.isInstance(object, TYPE)) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, "a PyLoop is required, not " + ObjectApi.typeName(object));
        }
        return LoopEngine.of(object);
    }

    /// The engine of an object, which may be of any type or NULL; null if it is no open loop of ours.
    public static @Nullable LoopEngine engineIfOpen(long object) {
        return object != 0 && ObjectApi.isInstance(object, TYPE) ? LoopEngine.ifOpen(object) : null;
    }

    /// The scratch memory of an object, which may be of any type or NULL. If it is no open loop of ours, that
    /// of closed loops.
    public static Scratch scratchOf(long object) {
        LoopEngine engine = engineIfOpen(object);
        return engine == null ? Scratch.ofClosedLoops() : engine.scratch();
    }

    private static TypeDef declareAll() {
        TypeDef type = TypeDef.named(LoopType.class, "data_bridge.pyloop.LoopCore", "The engine of an event loop.");
        declareOwn(type);
        Scheduling.declare(type);
        ScheduledMethods.declare(type);
        BatchScheduling.declare(type);
        TaskCreation.declare(type);
        SocketMethods.declare(type);
        return WatcherMethods.declare(type);
    }

    private static void declareOwn(TypeDef type) {
        type.boolMember("_stopping", LoopLayout.STOPPING)
                .boolMember("_debug", LoopLayout.DEBUG)
                .boolMember("_closed", LoopLayout.CLOSED)
                .boolMember("_running_forever", LoopLayout.FOREVER)
                .boolMember("_has_own_clock", LoopLayout.OWN_CLOCK)
                .boolMember("_has_own_call_soon", LoopLayout.OWN_CALL_SOON)
                .boolMember("_waits_cooperatively", LoopLayout.COOPERATIVE)
                .method("_open_engine($self, poll_bound_ns, /)", ONE_ARGUMENT, "openEngine", "Open the engine.")
                .method("_close_engine($self, /)", NO_ARGUMENTS, "closeEngine", "Close the engine.")
                .method("_run_once($self, /)", NO_ARGUMENTS, "runOnce", "Run one full iteration of the event loop.")
                .method(
                        "_counters($self, /)",
                        NO_ARGUMENTS,
                        "counters",
                        "Return what the loop has done: (name, int) each.")
                .method("get_debug($self, /)", NO_ARGUMENTS, "getDebug", "Return True if debug mode is on.");
    }

    @EntryPoint
    static long openEngine(long self, long pollBoundNs) {
        if (LoopEngine.ifOpen(self) == null) {
            LoopEngine.open(self, NumberApi.asLong(pollBoundNs));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long closeEngine(long self) {
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine != null) {
            if (engine.running()) {
                throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "Cannot close a running event loop");
            }
            engine.close();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long runOnce(long self) {
        StackGuard.check();
        LoopEngine engine = LoopEngine.of(self);
        if (!RUN_ONCE.isOriginal()) {
            return PyError.orThrow(CallApi.callMethod(INHERITED_RUN_ONCE, self));
        }
        engine.run();
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long counters(long self) {
        LoopEngine engine = LoopEngine.of(self);
        long counters = ListApi.empty();
        engine.eventLoop().showCounters((name, value) -> {
            long counter = TupleApi.ofNone(2);
            TupleApi.put(counter, 0, UnicodeApi.fromString(name));
            TupleApi.put(counter, 1, NumberApi.fromLong(value));
            ListApi.append(counters, counter);
            Refs.release(counter);
        });
        return counters;
    }

    @EntryPoint
    static long getDebug(long self) {
        return Refs.retain(LoopLayout.debug(self) ? TRUE : FALSE);
    }
}
