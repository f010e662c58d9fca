package databridge.pyloop.boot;

import databridge.pyloop.cpython.ContextVars;
import databridge.pyloop.cpython.Faults;
import databridge.pyloop.cpython.LayoutCheck;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Trampoline;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.Epoll;
import databridge.pyloop.libc.SystemCallException;
import databridge.pyloop.transports.AcceptorType;
import databridge.pyloop.transports.DatagramType;
import databridge.pyloop.transports.PipeReaderType;
import databridge.pyloop.transports.PipeWriterType;
import databridge.pyloop.transports.StreamType;
import databridge.pyloop.types.HandleType;
import databridge.pyloop.types.LoopType;
import databridge.pyloop.types.TimerHandleType;
import java.io.PrintWriter;
import java.io.StringWriter;

/// Called once per process, from Python through JNI, on a thread that holds the GIL.
public final class Entry {
    private Entry() {}

    /// Binds the C API, proves the layouts, and defines the Python types.
    ///
    /// All classes that run later are initialised here, while nobody waits for a lock.
    ///
    /// @param errorBuffer receives the reason as NUL-terminated UTF-8 if this fails
    /// @return a new reference to a dict of the Java-defined types by name, 0 for a failure
    @SuppressWarnings("unused") // found by name
    public static long boot(long errorBuffer, long errorCapacity) {
        try {
            LayoutCheck.require();
            Faults.setErrnoOf(thrown -> thrown instanceof SystemCallException failed ? failed.errno() : 0);
            Trampoline.rehearse();
            long namespace = ObjectApi.newDict();
            ObjectApi.setItem(namespace, "LoopCore", LoopType.type());
            ObjectApi.setItem(namespace, "Handle", HandleType.type());
            ObjectApi.setItem(namespace, "TimerHandle", TimerHandleType.type());
            ObjectApi.setItem(namespace, "AcceptorCore", AcceptorType.type());
            ObjectApi.setItem(namespace, "StreamCore", StreamType.type());
            ObjectApi.setItem(namespace, "PipeReaderCore", PipeReaderType.type());
            ObjectApi.setItem(namespace, "PipeWriterCore", PipeWriterType.type());
            ObjectApi.setItem(namespace, "DatagramCore", DatagramType.type());
            ObjectApi.setItem(namespace, "facts", facts());
            return namespace;
        } catch (Throwable failure) {
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            Memory.putCString(errorBuffer, errorCapacity, text.toString());
            return 0;
        }
    }

    /// What `--info` shows of this side.
    private static long facts() {
        long facts = ObjectApi.newDict();
        put(facts, "jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        put(facts, "poller", "epoll");
        put(facts, "kernel features", Epoll.hasNanosecondWaits() ? "epoll_pwait2" : "no epoll_pwait2");
        put(facts, "context capture", ContextVars.AVAILABLE ? "variables" : "copies");
        return facts;
    }

    private static void put(long dict, String key, String value) {
        ObjectApi.setItem(dict, key, UnicodeApi.fromString(value));
    }
}
