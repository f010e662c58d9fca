package databridge.pyloop.ffi;

import org.graalvm.nativeimage.ImageInfo;
import org.graalvm.nativeimage.c.type.CTypeConversion;
import org.graalvm.nativeimage.c.type.CTypeConversion.CCharPointerHolder;
import org.graalvm.word.WordFactory;

/// Finds symbols of the running process.
///
/// No library is loaded here: that could bring a second CPython into the process.
public final class NativeLinker {
    private NativeLinker() {}

    /// The address of a symbol.
    ///
    /// @throws LinkageError if no loaded library exports it
    public static long symbol(String name) {
        long address = optionalSymbol(name);
        if (address == 0) {
            throw new LinkageError("the running process exports no symbol '" + name + "'");
        }
        return address;
    }

    /// As [#symbol], but 0 where there is none: for symbols only some versions have.
    public static long optionalSymbol(String name) {
        if (!ImageInfo.inImageRuntimeCode()) {
            return NativeCall.hosted().symbol(name);
        }
        try (CCharPointerHolder text = CTypeConversion.toCString(name)) {
            return LibC.dlsym(WordFactory.nullPointer(), text.get()).rawValue();
        }
    }

    /// The address of a symbol of one library, or of those that it was linked with; 0 if there is none.
    ///
    /// @param handle what `dlopen(3)` has returned
    static long symbolOf(long handle, String name) {
        try (CCharPointerHolder text = CTypeConversion.toCString(name)) {
            return LibC.dlsym(WordFactory.pointer(handle), text.get()).rawValue();
        }
    }
}
