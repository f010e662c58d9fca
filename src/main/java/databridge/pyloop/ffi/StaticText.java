package databridge.pyloop.ffi;

/// A NUL-terminated UTF-8 text that C can read as long as the process lives.
public final class StaticText implements LateBound {
    private final String text;
    private long address;

    private StaticText(String text) {
        this.text = text;
    }

    /// Declares a text.
    public static StaticText of(String text) {
        return Bindings.addMemory(new StaticText(text));
    }

    @Override
    public void bind() {
        address = Memory.cString(text);
    }

    /// The address, 0 before the engine has started.
    public long address() {
        return address;
    }
}
