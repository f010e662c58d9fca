package databridge.pyloop.boot;

import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;

import databridge.pyloop.cpython.CPythonBinding;
import databridge.pyloop.cpython.ContextVars;
import databridge.pyloop.cpython.Faults;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.FaultInjection;
import databridge.pyloop.handles.HandleType;
import databridge.pyloop.handles.HandlesBinding;
import databridge.pyloop.handles.TimerHandleType;
import databridge.pyloop.libc.Epoll;
import databridge.pyloop.libc.SystemCallException;
import databridge.pyloop.loop.LoopBinding;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.receiving.ReceivingBinding;
import databridge.pyloop.runtime.Collector;
import databridge.pyloop.runtime.EntryFailure;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.runtime.ProcessState;
import databridge.pyloop.transports.AcceptorType;
import databridge.pyloop.transports.DatagramType;
import databridge.pyloop.transports.PipeReaderType;
import databridge.pyloop.transports.PipeWriterType;
import databridge.pyloop.transports.StreamType;
import databridge.pyloop.transports.TransportsBinding;

/// The start of the engine in an interpreter, and the functions of its module. The only place that wires the layers
/// together. With the GIL.
final class Engine {
    // Read in the builder.
    private static final String RUNTIME = "native, built by GraalVM " + System.getProperty("org.graalvm.version")
            + " from JDK " + System.getProperty("java.runtime.version");

    private Engine() {}

    /// Binds the C API, proves the layouts, defines the Python types, and puts them into the module.
    ///
    /// @throws LinkageError if this Python is not as it is expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    static void start(long module) {
        ProcessState.beginInterpreter();
        CPythonBinding.bind();
        Faults.setErrnoOf(thrown -> thrown instanceof SystemCallException failed ? failed.errno() : 0);
        EntryFailure.setReporter(Faults::report);
        HandlesBinding.bind();
        ReceivingBinding.bind();
        LoopBinding.bind();
        TransportsBinding.bind();
        put(module, "LoopCore", LoopType.type());
        put(module, "Handle", HandleType.type());
        put(module, "TimerHandle", TimerHandleType.type());
        put(module, "AcceptorCore", AcceptorType.type());
        put(module, "StreamCore", StreamType.type());
        put(module, "PipeReaderCore", PipeReaderType.type());
        put(module, "PipeWriterCore", PipeWriterType.type());
        put(module, "DatagramCore", DatagramType.type());
        put(module, "facts", facts());
    }

    /// To be called in a forked child before anything else of the engine.
    @EntryPoint
    static long afterForkInChild(long module) {
        ProcessState.afterForkInChild();
        return Refs.retain(NONE);
    }

    /// Collects the garbage of the Java heap, if that can be done now; returns whether it was.
    @EntryPoint
    static long collectGarbage(long module) {
        return Refs.retain(Collector.collect() ? TRUE : FALSE);
    }

    /// For tests: see [FaultInjection#arm].
    @EntryPoint
    static long injectFaults(long module, long address) {
        FaultInjection.arm(NumberApi.asLong(address));
        return Refs.retain(NONE);
    }

    /// What `--info` shows of this side.
    private static long facts() {
        long facts = ObjectApi.newDict();
        putText(facts, "engine", RUNTIME);
        putText(facts, "poller", "epoll");
        putText(facts, "kernel features", Epoll.hasNanosecondWaits() ? "epoll_pwait2" : "no epoll_pwait2");
        putText(facts, "context capture", ContextVars.available() ? "variables" : "copies");
        return facts;
    }

    private static void put(long module, String name, long object) {
        ObjectApi.setAttribute(module, name, object);
    }

    private static void putText(long dict, String key, String value) {
        ObjectApi.setItem(dict, key, UnicodeApi.fromString(value));
    }
}
