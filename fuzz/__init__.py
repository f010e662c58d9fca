"""Differential fuzzing: the same random program runs on stock asyncio and on PyLoop, and what it observed is compared.

    python -m fuzz [--minutes 10] [--seed N]

A program is a few strands that run at the same time: callbacks and tasks, timers, threads, signals, sockets, transports
of streams, TLS, datagrams and pipes. Each strand writes what it observes into lanes; two runs agree if every lane is
equal.

What is compared, because asyncio defines it:

- Lane `ready`: callbacks, futures, tasks and everything built on them, in one order for the whole program; with values,
  arguments, the value of a context variable, exceptions by type and text, calls of the exception handler, and every
  return of `run_until_complete`. Timers take part if their deadline is in the past when they are made: they run in the
  next iteration, after what was ready, in the order of their deadlines.
- Lane per timer strand: the order of distinct deadlines, also when a late loop finds several due at once, that none is
  early, and what the callbacks did to timers that come later.
- Lanes per connection: for each end the calls of its protocol and the state of its transport. Chunks of data that
  follow each other are one. Datagrams are not merged.
- Multisets: what is reported when objects are collected, and what asyncio logs. At the end: tasks, descriptors.

What is not compared, and why:

- The order between independent descriptors, between I/O and callbacks or timers, and between the callbacks that
  different timers schedule: it depends on the kernel and on how late the loop is.
- The order of equal deadlines: asyncio leaves it open, PyLoop keeps the order of scheduling (README). None are made.
- What a transport's exception handler call is named: the classes of PyLoop's transports are its own.
- The text of a RecursionError: it says what was called when the limit was met, and the loops' depths differ. Likewise
  how often tasks that wait for each other were cancelled before the limit was met.
- How much a pipe's reader had seen when it was paused: that depends on which iteration looks.
- Chunk sizes, and when `pause_writing` is called for a full socket: the kernel's matter. Writes below 4 KiB leave at
  the end of the iteration (README). Compared is that pauses and resumptions alternate, that a blocked peer leads to a
  pause and a reading one ends it.
- The context in which a TLS transport calls its protocol: what waits in TLS is read when more data comes, or when
  reading is resumed, and the context is that of what comes first.
- What arrives of data that was under way at an `abort()`: only that it is a prefix, and that each end is told once.
- Whether a reader is called once more after an exception has left the run while its call was due: both loops then find
  the descriptor ready again; when they find it first, depends on when they look. Such a program shows as different (one
  in about ten thousand); asyncio agrees with itself there because it looks in every iteration.
- The order in which sets of tasks are cancelled (`TaskGroup`): it follows addresses; the fuzzer's groups keep an order.

asyncio is the control: each program runs on it twice, around the run on PyLoop. Programs where it disagrees with itself
are discarded, and counted. A difference is confirmed by more runs before it counts.
"""
