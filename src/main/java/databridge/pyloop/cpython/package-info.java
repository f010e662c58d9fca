/// CPython's C API: one table of typed calls per header, struct layouts, and ownership of references.
@NullMarked
package databridge.pyloop.cpython;

import org.jspecify.annotations.NullMarked;
