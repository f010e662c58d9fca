/// The part of the C library and kernel interface the pollers use: typed calls, structs and constants.
@NullMarked
package databridge.pyloop.libc;

import org.jspecify.annotations.NullMarked;
