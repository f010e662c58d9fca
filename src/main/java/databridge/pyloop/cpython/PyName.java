package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Bindings;
import databridge.pyloop.ffi.LateBound;

/// An interned Python string that lives as long as the interpreter: a name that is looked up or compared, or
/// a fixed text.
public final class PyName implements LateBound {
    private final String text;
    private long object;

    private PyName(String text) {
        this.text = text;
    }

    /// Declares a string; it is interned when the engine starts in an interpreter.
    public static PyName of(String text) {
        return Bindings.add(new PyName(text));
    }

    @Override
    public void bind() {
        object = UnicodeApi.interned(text);
    }

    /// The `str` object.
    @Borrowed
    public long object() {
        return object;
    }
}
