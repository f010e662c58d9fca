package databridge.pyloop.boot;

import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.CPythonBinding;
import databridge.pyloop.cpython.ContextVars;
import databridge.pyloop.cpython.DictApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Faults;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.epoll.EpollPoller;
import databridge.pyloop.ffi.FaultInjection;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.handles.HandleType;
import databridge.pyloop.handles.HandlesBinding;
import databridge.pyloop.handles.TimerHandleType;
import databridge.pyloop.libc.SystemCallException;
import databridge.pyloop.loop.LoopBinding;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.receiving.ReadSize;
import databridge.pyloop.runtime.Collector;
import databridge.pyloop.runtime.EntryFailure;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.runtime.ProcessState;
import databridge.pyloop.tls.TlsBinding;
import databridge.pyloop.tls.TlsTransportType;
import databridge.pyloop.tls.TlsType;
import databridge.pyloop.transports.AcceptedType;
import databridge.pyloop.transports.AcceptorType;
import databridge.pyloop.transports.DatagramType;
import databridge.pyloop.transports.ReadPipeType;
import databridge.pyloop.transports.StreamType;
import databridge.pyloop.transports.TransportSocketType;
import databridge.pyloop.transports.TransportsBinding;
import databridge.pyloop.transports.WritePipeType;

/// The start of the engine in an interpreter, and the functions of its module. With the GIL.
final class Engine {
    // Read in the builder.
    private static final String RUNTIME = "native, built by GraalVM " + System.getProperty("org.graalvm.version")
            + " from JDK " + System.getProperty("java.runtime.version");

    /// An open view of the cells of fault injection, 0 if there are none.
    private static long faultCells;

    private Engine() {}

    /// Binds the C API, checks the layouts, defines the Python types, and adds them to the module.
    ///
    /// @throws LinkageError if this Python is not as it is expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    static void start(long module) {
        ProcessState.beginInterpreter();
        FaultInjection.arm(0); // the cells belonged to an earlier interpreter
        faultCells = 0;
        CPythonBinding.bind();
        Faults.setErrnoOf(thrown -> thrown instanceof SystemCallException failed ? failed.errno() : 0);
        EntryFailure.setReporter(Faults::report);
        HandlesBinding.bind();
        LoopBinding.bind(EpollPoller::new);
        TransportsBinding.bind();
        TlsBinding.bind();
        put(module, "LoopCore", LoopType.type());
        put(module, "Handle", HandleType.type());
        put(module, "TimerHandle", TimerHandleType.type());
        put(module, "AcceptorCore", AcceptorType.type());
        put(module, "AcceptedCore", AcceptedType.type());
        put(module, "StreamCore", StreamType.type());
        put(module, "TransportSocketCore", TransportSocketType.type());
        put(module, "ReadPipeCore", ReadPipeType.type());
        put(module, "WritePipeCore", WritePipeType.type());
        put(module, "DatagramCore", DatagramType.type());
        put(module, "TlsCore", TlsType.type());
        put(module, "TlsTransportCore", TlsTransportType.type());
        put(module, "facts", facts());
        put(module, "LARGEST_RECEIVE", NumberApi.fromLong(ReadSize.MOST));
    }

    /// `_after_fork_in_child()`. Python's fork handler calls it in a child before anything else of
    /// the engine.
    @EntryPoint
    static long afterForkInChild(long module) {
        ProcessState.afterForkInChild();
        return Refs.retain(NONE);
    }

    /// `_collect_garbage()`. Returns whether the Java heap could be collected now.
    @EntryPoint
    static long collectGarbage(long module) {
        return Refs.retain(Collector.collect() ? TRUE : FALSE);
    }

    /// `_inject_faults()`, for tests: see [FaultInjection#arm]. The view of the cells stays open as long as
    /// the engine reads them, so that their memory stays in place.
    @EntryPoint
    static long injectFaults(long module, long cells) {
        long view = 0;
        if (cells != NONE) {
            view = BufferApi.newView();
            try {
                BufferApi.openWritable(view, cells);
            } catch (PyError unsuitable) {
                Memory.free(view);
                throw unsuitable;
            }
            if (BufferApi.size(view) < FaultInjection.CELLS_SIZE) {
                BufferApi.release(view);
                Memory.free(view);
                throw ErrorApi.raise(
                        Singletons.VALUE_ERROR, "the cells take at least " + FaultInjection.CELLS_SIZE + " bytes");
            }
        }
        FaultInjection.arm(view == 0 ? 0 : BufferApi.data(view));
        long old = faultCells;
        faultCells = view;
        if (old != 0) {
            BufferApi.release(old);
            Memory.free(old);
        }
        return Refs.retain(NONE);
    }

    /// What `python -m data_bridge.pyloop --info` shows about the engine.
    private static long facts() {
        long facts = DictApi.empty();
        putText(facts, "engine", RUNTIME);
        putText(facts, "poller", "epoll");
        putText(facts, "kernel features", EpollPoller.kernelFeatures());
        putText(facts, "context capture", ContextVars.available() ? "variables" : "copies");
        return facts;
    }

    private static void put(long module, String name, long object) {
        ObjectApi.setAttribute(module, UnicodeApi.interned(name), object);
    }

    private static void putText(long dict, String key, String value) {
        DictApi.put(dict, key, UnicodeApi.fromString(value));
    }
}
