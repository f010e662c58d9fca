/// Pollers: implementations of [databridge.pyloop.engine.DescriptorPoller] over interfaces of the kernel.
/// [EpollPoller] is the only one so far.
///
/// Only `boot` uses this package. It may use `engine` and `libc`.
@NullMarked
package databridge.pyloop.epoll;

import org.jspecify.annotations.NullMarked;
