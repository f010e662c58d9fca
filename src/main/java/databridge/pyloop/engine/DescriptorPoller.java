package databridge.pyloop.engine;

/// A poller of file descriptors: [Poller] for the event loop, [Registrations] for the code that watches
/// descriptors, and [#close]. `boot` chooses the implementation; no other code depends on the system calls
/// that it makes.
public interface DescriptorPoller extends Poller, Registrations {
    /// A descriptor that is readable while there are events, for code that waits for several pollers.
    int descriptor();

    /// Ends all registrations and closes the poller's descriptors. Afterwards [#register] returns `-EBADF`,
    /// and no descriptor is registered; [#await], [#dispatch] and [#wakeUp] must not be called.
    void close();
}
