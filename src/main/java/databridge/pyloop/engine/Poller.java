package databridge.pyloop.engine;

/// The half of a poller that the event loop uses: it waits for events and delivers them. [Registrations] is the other.
///
/// Waiting and delivering are two steps so that the lock can be released in between: [#await] may block and
/// changes nothing that others see, [#dispatch] never blocks and passes every event to the handle that is
/// registered for it.
public interface Poller {
    /// The timeout that means "until something happens".
    long FOREVER = Long.MAX_VALUE;

    /// Waits for events and keeps them for [#dispatch]. The only method that is called without the lock.
    ///
    /// @param timeoutNs how long at most, in nanoseconds; 0 does not wait, [#FOREVER] has no limit. The wait may
    ///     end early (a signal, a wakeup), but a timeout is never cut short by rounding.
    /// @return the number of events
    int await(long timeoutNs);

    /// Delivers the events of the last [#await].
    ///
    /// @param events what [#await] has returned
    void dispatch(int events);

    /// Makes an [#await] that is blocked, or the next one, return. May be called by another thread during [#await].
    void wakeUp();
}
