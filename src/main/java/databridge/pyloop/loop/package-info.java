/// The loop object: its Python type ([LoopType] and the classes that declare its methods), its Java half
/// ([LoopEngine]), how handles are scheduled and run ([Scheduling], [CallbackRunner]), the readers and
/// writers of descriptors ([FdWatchers]), and the memory for system calls ([Scratch]).
///
/// May use `handles`, `receiving`, `cpython`, `engine`, `collections`, `libc`, `runtime`, and of `ffi` what
/// is memory.
@NullMarked
package databridge.pyloop.loop;

import org.jspecify.annotations.NullMarked;
