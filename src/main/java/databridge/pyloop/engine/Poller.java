package databridge.pyloop.engine;

/// What waits for I/O.
///
/// Split in two so that a lock can be given up in between: [#await] may block and changes nothing the loop sees,
/// [#dispatch] never blocks and hands every event to whoever registered for it.
public interface Poller {
    /// The timeout that means "until something happens".
    long FOREVER = Long.MAX_VALUE;

    /// Waits for events and keeps them for [#dispatch].
    ///
    /// @param timeoutNs how long at most, in nanoseconds; 0 only looks, [#FOREVER] has no limit. It may
    ///     return early (a signal, a wakeup), but a timeout is never cut short by rounding.
    /// @return the number of events
    int await(long timeoutNs);

    /// Delivers the events of the last [#await].
    void dispatch(int events);

    /// Makes an [#await] that is blocked, or the next one, return. The only method another thread may call
    /// meanwhile.
    void wakeUp();
}
