package databridge.pyloop.engine;

/// A poller of file descriptors: the two halves that its users see, and its end. Which one a loop has is decided where
/// the engine is put together; nothing but that place and the implementation depends on the system calls it makes.
public interface DescriptorPoller extends Poller, Registrations {
    /// Ends all registrations and frees what the poller has of the kernel. Nothing may be called afterwards but
    /// [#register], which returns `-EBADF`, and what asks or ends a registration, as if there were none.
    void close();
}
