package databridge.pyloop.runtime;

import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.nativeimage.c.type.CTypeConversion.CCharPointerHolder;

/// Tells Python why the engine does not start, where nothing is bound yet that the rest of the engine would use for
/// that. With the GIL.
public final class StartFailure {
    private StartFailure() {}

    /// Makes `ImportError(text)` the pending exception.
    public static void raise(String text) {
        try (CCharPointerHolder message = CTypeConversion.toCString(text)) {
            Refusal.raiseImportError(message.get());
        }
    }
}
