package databridge.pyloop.ffi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Functions of a shared library that are bound when a program first needs them, not at the start.
///
/// The symbols are looked up in the library itself and in those it was linked with, not in the whole process, where
/// another copy of the same library may come first. With the GIL.
public final class Library {
    private static final CFunction DLOPEN = CFunction.of("void *dlopen(const char *filename, int flags)");
    private static final long RTLD_LAZY = 1;
    private static final long RTLD_NOLOAD = 4;

    private final List<CFunction> functions = new ArrayList<>();

    /// Declares a function of the library. It must not be called before [#bind] has succeeded.
    ///
    /// @param prototype the C declaration
    public CFunction function(String prototype) {
        CFunction function = CFunction.unnamed(prototype);
        functions.add(function);
        return function;
    }

    /// Looks up all functions, through a file that the process has loaded and that was linked with the library.
    ///
    /// @param path of that file
    /// @return null, or why the functions cannot be called
    public @Nullable String bind(String path) {
        long text = Memory.cString(path);
        long handle;
        try {
            handle = DLOPEN.call(text, RTLD_LAZY | RTLD_NOLOAD);
        } finally {
            Memory.free(text);
        }
        if (handle == 0) {
            return "the process has not loaded " + path;
        }
        long[] addresses = new long[functions.size()];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = NativeLinker.symbolOf(handle, functions.get(i).symbol());
            if (addresses[i] == 0) {
                return path + " shows no " + functions.get(i).symbol(); // and those bound before stay bound
            }
        }
        for (int i = 0; i < addresses.length; i++) {
            functions.get(i).bind(addresses[i]);
        }
        return null;
    }
}
