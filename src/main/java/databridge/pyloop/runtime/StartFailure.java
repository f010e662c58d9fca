package databridge.pyloop.runtime;

import databridge.pyloop.ffi.NativeLinker;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.function.InvokeCFunctionPointer;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.nativeimage.c.type.CTypeConversion.CCharPointerHolder;
import org.graalvm.word.Pointer;
import org.graalvm.word.WordBase;
import org.graalvm.word.WordFactory;

/// Tells Python why the engine does not start, where nothing is bound yet that the rest of the engine would use for
/// that. With the GIL.
public final class StartFailure {
    private StartFailure() {}

    private interface SetString extends CFunctionPointer {
        @InvokeCFunctionPointer(transition = org.graalvm.nativeimage.c.function.CFunction.Transition.NO_TRANSITION)
        void call(WordBase type, CCharPointer text);
    }

    /// Makes `ImportError(text)` the pending exception.
    public static void raise(String text) {
        try (CCharPointerHolder message = CTypeConversion.toCString(text)) {
            Pointer type = WordFactory.pointer(NativeLinker.symbol("PyExc_ImportError"));
            SetString function = WordFactory.pointer(NativeLinker.symbol("PyErr_SetString"));
            function.call(type.readWord(0), message.get());
        }
    }
}
