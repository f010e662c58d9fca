/// asyncio's handles: the memory of `Handle`, `TimerHandle` and `_ThreadSafeHandle` ([HandleLayout],
/// which explains handles and contexts), their pools, the contexts in which their callbacks run, and
/// their Python types.
///
/// A handle knows its loop by a number ([LoopNumbers]) and uses it through [HandleOwner]; `loop`
/// implements that.
///
/// May use `cpython`, `engine`, `collections`, `runtime` and `ffi`.
@NullMarked
package databridge.pyloop.handles;

import org.jspecify.annotations.NullMarked;
