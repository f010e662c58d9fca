package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.handles.HandlePool;
import databridge.pyloop.handles.HandleType;
import databridge.pyloop.handles.ThreadSafeHandleType;
import databridge.pyloop.runtime.EntryPoint;

/// `call_soon_batch` and `call_soon_threadsafe_batch`: they schedule many callbacks with one call and
/// one wakeup.
final class BatchScheduling {
    private static final PyName SCHEDULE_IN_DEBUG_MODE = PyName.of("_schedule_in_debug_mode");

    private BatchScheduling() {}

    static TypeDef declare(TypeDef type) {
        return type.implementedBy(BatchScheduling.class)
                .method(
                        "call_soon_batch($self, callbacks, /)",
                        ONE_ARGUMENT,
                        "callSoonBatch",
                        "Schedule an iterable of callables or (callable, *args) tuples; return their handles.")
                .method(
                        "call_soon_threadsafe_batch($self, callbacks, /)",
                        ONE_ARGUMENT,
                        "callSoonThreadsafeBatch",
                        "Like call_soon_batch(), from any thread, waking the loop once.");
    }

    @EntryPoint
    @Owned
    static long callSoonBatch(long self, long callbacks) {
        return schedule(self, HandleType.POOL, callbacks, "call_soon_batch");
    }

    @EntryPoint
    @Owned
    static long callSoonThreadsafeBatch(long self, long callbacks) {
        long handles = schedule(self, ThreadSafeHandleType.pool(), callbacks, "call_soon_threadsafe_batch");
        LoopEngine.of(self).eventLoop().wakeup().wakeUp();
        return handles;
    }

    /// All or nothing: all items are checked before the first is scheduled.
    @Owned
    private static long schedule(long self, HandlePool pool, long callbacks, String name) {
        LoopEngine.of(self); // raises if the loop is closed, before the iterable is used
        long items = ListApi.tupleOf(callbacks);
        try {
            for (long i = 0; i < TupleApi.size(items); i++) {
                requireCallback(TupleApi.item(items, i), i, name);
            }
            LoopEngine engine = LoopEngine.of(self); // iterating may have closed the loop
            return engine.debug() ? scheduleInDebugMode(self, items, name) : schedule(engine, pool, items);
        } finally {
            Refs.release(items);
        }
    }

    @Owned
    private static long scheduleInDebugMode(long self, long items, String name) {
        long pythonName = UnicodeApi.fromString(name);
        long handles = CallApi.callMethod(SCHEDULE_IN_DEBUG_MODE, self, items, pythonName);
        Refs.release(pythonName);
        return PyError.orThrow(handles);
    }

    @Owned
    private static long schedule(LoopEngine engine, HandlePool pool, long items) {
        long handles = ListApi.empty();
        for (long i = 0; i < TupleApi.size(items); i++) {
            long item = TupleApi.item(items, i);
            long call = isTuple(item) ? Refs.retain(item) : TupleApi.ofOne(item);
            long handle = Scheduling.schedule(engine, pool, TupleApi.items(call), TupleApi.size(call), 0);
            ListApi.append(handles, handle);
            Refs.release(handle);
            Refs.release(call);
        }
        return handles;
    }

    private static void requireCallback(long item, long index, String name) {
        boolean valid = isTuple(item)
                ? TupleApi.size(item) > 0 && ObjectApi.isCallable(TupleApi.item(item, 0))
                : ObjectApi.isCallable(item);
        if (!valid) {
            throw ErrorApi.raise(
                    Singletons.TYPE_ERROR,
                    name + "() item " + index + " must be a callable or a (callable, *args) tuple, not "
                            + ObjectApi.typeName(item));
        }
    }

    private static boolean isTuple(long item) {
        return ObjectApi.isInstance(item, Singletons.TUPLE_TYPE);
    }
}
