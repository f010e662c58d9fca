/// CPython's C API: one class for each header, with the functions that are used, the layouts of structs that
/// are read as memory, reference counts, exceptions, and the declarations of types and modules.
///
/// The address of a Python object is a `long`. [Owned], [Borrowed] and [Stolen] say where a reference
/// belongs. All of it needs the GIL, and knows nothing of event loops.
///
/// May use `runtime` and `ffi`.
@NullMarked
package databridge.pyloop.cpython;

import org.jspecify.annotations.NullMarked;
