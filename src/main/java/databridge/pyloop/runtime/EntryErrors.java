package databridge.pyloop.runtime;

import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.c.CGlobalData;
import com.oracle.svm.core.c.CGlobalDataFactory;
import databridge.pyloop.ffi.LibC;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.function.InvokeCFunctionPointer;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.word.Pointer;
import org.graalvm.word.WordBase;
import org.graalvm.word.WordFactory;

/// Raises the Python exception when a thread cannot enter Java. Only C can be called then, so all data that
/// is needed is outside of the Java heap. With the GIL.
final class EntryErrors {
    static final int MEMORY = 0;
    static final int STACK = 1;
    static final int PROCESSOR = 2;
    static final int KEY = 3;

    private static final CGlobalData<CCharPointer> SET_STRING = CGlobalDataFactory.createCString("PyErr_SetString");

    private static final CGlobalData<CCharPointer> MEMORY_ERROR = CGlobalDataFactory.createCString("PyExc_MemoryError");
    private static final CGlobalData<CCharPointer> MEMORY_TEXT = CGlobalDataFactory.createCString(
            "PyLoop's engine has not enough memory or address space to start, or to run in one more thread");

    private static final CGlobalData<CCharPointer> RECURSION_ERROR =
            CGlobalDataFactory.createCString("PyExc_RecursionError");
    private static final CGlobalData<CCharPointer> STACK_TEXT = CGlobalDataFactory.createCString(
            "maximum recursion depth exceeded: the C stack of this thread is used up, or too small for PyLoop's engine");

    private static final CGlobalData<CCharPointer> IMPORT_ERROR = CGlobalDataFactory.createCString("PyExc_ImportError");
    private static final CGlobalData<CCharPointer> PROCESSOR_TEXT = CGlobalDataFactory.createCString(
            "PyLoop's engine cannot run on this processor; standard error says what it lacks");
    private static final CGlobalData<CCharPointer> KEY_TEXT = CGlobalDataFactory.createCString(
            "PyLoop's engine needs a thread-specific key (pthread_key_create), and other"
                    + " libraries have taken all that a process can have: create the first loop before they do");

    private EntryErrors() {}

    /// `PyErr_SetString`
    private interface SetString extends CFunctionPointer {
        /// Calls it.
        @InvokeCFunctionPointer(transition = Transition.NO_TRANSITION)
        void call(WordBase type, CCharPointer text);
    }

    @Uninterruptible(reason = "the thread has no Java state")
    static void raise(int reason) {
        if (reason == STACK) {
            raise(RECURSION_ERROR.get(), STACK_TEXT.get());
        } else if (reason == PROCESSOR) {
            raiseImportError(PROCESSOR_TEXT.get());
        } else if (reason == KEY) {
            raiseImportError(KEY_TEXT.get());
        } else {
            raise(MEMORY_ERROR.get(), MEMORY_TEXT.get());
        }
    }

    @Uninterruptible(reason = "the thread has no Java state")
    static void raiseImportError(CCharPointer text) {
        raise(IMPORT_ERROR.get(), text);
    }

    @Uninterruptible(reason = "the thread has no Java state")
    private static void raise(CCharPointer typeName, CCharPointer text) {
        Pointer type = (Pointer) LibC.dlsym(WordFactory.nullPointer(), typeName);
        SetString function = (SetString) LibC.dlsym(WordFactory.nullPointer(), SET_STRING.get());
        if (type.isNonNull() && function.isNonNull()) { // else a host hides libpython: Python reports a SystemError
            function.call(type.readWord(0), text);
        }
    }
}
