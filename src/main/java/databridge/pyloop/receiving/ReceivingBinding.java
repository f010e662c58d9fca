package databridge.pyloop.receiving;

/// Binds the classes of this package to the running interpreter. Runs when the engine starts in it, with the GIL.
public final class ReceivingBinding {
    private ReceivingBinding() {}

    /// Forgets the objects of an earlier interpreter.
    public static void bind() {
        SpareBytes.bind();
    }
}
