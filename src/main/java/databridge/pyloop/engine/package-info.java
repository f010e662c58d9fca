/// The event loop without Python: [EventLoop] with its queues, timers and poll schedule, and the interfaces
/// that it needs ([CallbackHost], [DescriptorPoller], [BlockingSection], [Clock]).
///
/// A callback is an opaque number, and the lock is what a [BlockingSection] releases; `loop` implements both
/// for Python. [EventLoop] explains the iteration, [PollSchedule] and [GilHandover] when it polls, [Wakeup]
/// how other threads wake it.
///
/// May use `collections` and `java.base`, but no foreign memory. JUnit tests it without Python.
@NullMarked
package databridge.pyloop.engine;

import org.jspecify.annotations.NullMarked;
