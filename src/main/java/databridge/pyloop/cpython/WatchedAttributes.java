package databridge.pyloop.cpython;

import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;

/// Attributes of a Python class that the engine replaces by code of its own, as long as no program has replaced one of
/// them in the class. As [WatchedMethod], for attributes that need not be Python functions. With the GIL.
public final class WatchedAttributes {
    private static final int UNKNOWN = -1;

    private final PyName[] names;
    private final long[] originals;
    private long type;
    private int version;

    /// @param names of the attributes
    public WatchedAttributes(PyName... names) {
        this.names = names;
        originals = new long[names.length];
    }

    /// Sets the class, which has the originals now.
    ///
    /// @param watched lives as long as the interpreter
    public void bind(long watched) {
        type = watched;
        version = UNKNOWN;
        for (int i = 0; i < names.length; i++) {
            originals[i] = ObjectApi.getAttribute(watched, names[i].object());
        }
    }

    /// Whether the class has all the originals.
    @Inlined
    public boolean areOriginal() {
        return TypeApi.version(type) == version || lookUp();
    }

    @NotInlined
    private boolean lookUp() {
        boolean original = true;
        for (int i = 0; i < names.length; i++) {
            try {
                long found = ObjectApi.getAttribute(type, names[i].object());
                original &= found == originals[i];
                Refs.release(found);
            } catch (PyError absent) {
                ErrorApi.clear(); // reading the attribute raises it
                original = false;
            }
        }
        int found = TypeApi.version(type); // the look-ups have made it valid
        version = original && found != 0 ? found : UNKNOWN;
        return original;
    }
}
