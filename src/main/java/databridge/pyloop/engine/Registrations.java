package databridge.pyloop.engine;

import org.jspecify.annotations.Nullable;

/// Which file descriptors a poller watches, for what, and which handles receive the events. Called under the
/// loop's lock.
///
/// A descriptor has one registration at most. Its user may close it without notice, and the kernel then uses
/// its number for the next file. So an implementation must deliver an event only to the registration for
/// which it was reported.
public interface Registrations {
    /// What [#register] returns if the earlier registration of that number was lost.
    int REPLACED = 1;

    /// What `fd` is registered for, a set of [Interest]; 0 if it is not registered, or never can be.
    int interest(int fd);

    /// The handle that receives the events of `fd`, null if it is not registered.
    @Nullable
    PollHandle owner(int fd);

    /// Registers `fd`, or changes its interest and the handle that receives its events.
    ///
    /// If the kernel has lost an earlier registration, because the file was closed and its number belongs to
    /// another one now, that registration ends and this one is new.
    ///
    /// @param interest a set of [Interest], not empty
    /// @return 0, [#REPLACED] if an earlier registration turned out to be lost, or `-errno` of the kernel: EBADF
    ///     for a descriptor that is closed, EPERM for a file that cannot be polled. Then nothing has changed.
    int register(int fd, int interest, PollHandle handle);

    /// Registers a descriptor that was opened just now, without telling the kernel: no event is reported until
    /// [#register] is called. Many connections are read, answered and closed before any event of them matters, and
    /// these two system calls less are a tenth of what a short connection costs. An earlier registration of the
    /// number, whose file is closed, ends.
    ///
    /// @param fd an open descriptor
    /// @param interest a set of [Interest], not empty, of which [#interest] then returns [Interest#ANNOUNCED], too
    void announce(int fd, int interest, PollHandle handle);

    /// Records that the event of an [Interest#ONE_SHOT] registration was delivered. The registration still exists:
    /// its interest is [Interest#ONE_SHOT] alone from now on, and the next [#register] changes it.
    ///
    /// @param fd is registered
    void oneShotDelivered(int fd);

    /// Ends a registration. Does nothing if there is none. A descriptor that was closed is no error: the kernel has
    /// ended its registration then.
    void unregister(int fd);

    /// Ends the registration of a descriptor that the caller closes next. Closing it makes the kernel end it
    /// too, which saves a system call. Events that the kernel still reports, for example because a forked
    /// child has the file open, are dropped.
    void forget(int fd);
}
