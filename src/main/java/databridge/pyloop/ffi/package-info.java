/// How C is called: functions, memory, symbols, and the constants of the library that are bound when it starts.
@NullMarked
package databridge.pyloop.ffi;

import org.jspecify.annotations.NullMarked;
