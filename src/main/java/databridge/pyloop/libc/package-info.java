/// System calls and functions of the C library: one class for each header or purpose, with the structs and
/// constants that it needs. A call returns a value or `-errno`.
///
/// May use `ffi` only.
@NullMarked
package databridge.pyloop.libc;

import org.jspecify.annotations.NullMarked;
