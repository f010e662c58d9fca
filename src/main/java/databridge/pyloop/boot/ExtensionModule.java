package databridge.pyloop.boot;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;

import com.oracle.svm.core.c.function.CEntryPointOptions;
import databridge.pyloop.cpython.Interpreter;
import databridge.pyloop.cpython.ModuleDef;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.loop.SystemClock;
import databridge.pyloop.runtime.EntryFailure;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.runtime.ProcessState;
import databridge.pyloop.runtime.StartErrors;
import databridge.pyloop.runtime.ThreadEntry;
import databridge.pyloop.tls.TlsBinding;
import databridge.pyloop.transports.Connections;
import org.graalvm.nativeimage.c.function.CEntryPoint;

/// The extension module `data_bridge.pyloop._engine`: what its import calls. With the GIL.
///
/// Initialisation has the two phases of PEP 489. The first returns the definition of the module to Python.
/// The second, [Engine#start], fills the module of an interpreter. It runs again if a process finalizes its
/// interpreter and initialises another one.
final class ExtensionModule {
    private ExtensionModule() {}

    /// The one symbol that the library exports.
    ///
    /// @return a `PyModuleDef`, or 0 with an ImportError pending
    @CEntryPoint(name = "PyInit__engine", exceptionHandler = EntryFailure.ReturnNull.class)
    @CEntryPointOptions(
            prologue = ThreadEntry.Load.class,
            prologueBailout = ThreadEntry.ReturnNull.class,
            epilogue = ThreadEntry.Leave.class)
    static long initialise() {
        try {
            ProcessState.start();
            ModuleDef module = ModuleDef.named(
                    "data_bridge.pyloop._engine", "PyLoop's engine: the types that are defined in Java.");
            return Connections.declare(module)
                    .execute(ExtensionModule.class, "execute")
                    .function(
                            "_after_fork_in_child($module, /)",
                            NO_ARGUMENTS,
                            Engine.class,
                            "afterForkInChild",
                            "Forget the threads of the parent; must be called first in a forked child.")
                    .function(
                            "time($module, /)",
                            NO_ARGUMENTS,
                            SystemClock.class,
                            "time",
                            "Return the time according to the event loop's clock, in seconds.")
                    .function(
                            "_collect_garbage($module, /)",
                            NO_ARGUMENTS,
                            Engine.class,
                            "collectGarbage",
                            "Collect the garbage of the Java heap; return False if that is not possible now.")
                    .function(
                            "_use_openssl($module, file, version, example, context, incoming, outgoing, /)",
                            FASTCALL_KEYWORDS,
                            TlsBinding.class,
                            "useOpenSsl",
                            "Bind the OpenSSL of _ssl; return None, or why that is not possible.")
                    .function(
                            "_inject_faults($module, cells, /)",
                            ONE_ARGUMENT,
                            Engine.class,
                            "injectFaults",
                            "For tests: throw in the engine as a writable buffer of four 64-bit cells demands; None ends that.")
                    .build();
        } catch (Throwable failed) {
            StartErrors.raise("PyLoop's engine cannot start: " + failed);
            return 0;
        }
    }

    /// Fills a module that Python has created, in the second phase.
    @EntryPoint(onError = EntryPoint.OnError.MINUS_ONE)
    static long execute(long module) {
        try {
            if (!Interpreter.isMain()) {
                StartErrors.raise("PyLoop works in the main interpreter only, this is a subinterpreter;"
                        + " create the loop in the main one");
                return -1;
            }
            Engine.start(module);
            return 0;
        } catch (PyError pending) {
            return -1;
        } catch (Throwable failed) {
            StartErrors.raise("PyLoop's engine cannot start: " + failed);
            return -1;
        }
    }
}
