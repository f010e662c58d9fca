package databridge.pyloop.runtime;

import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.nativeimage.c.type.CTypeConversion.CCharPointerHolder;

/// Reports to Python why the engine does not start, without anything that the start binds. With the GIL.
public final class StartErrors {
    private StartErrors() {}

    /// Makes `ImportError(text)` the pending exception.
    public static void raise(String text) {
        try (CCharPointerHolder message = CTypeConversion.toCString(text)) {
            EntryErrors.raiseImportError(message.get());
        }
    }
}
