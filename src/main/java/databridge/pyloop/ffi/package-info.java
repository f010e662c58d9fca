/// Calling C from compiled Java: functions ([CFunction], [ErrnoFunction]), raw memory ([Memory]), structs
/// ([CStruct]), symbols, and the constants of the library that are bound at the start ([Bindings]).
///
/// On a JDK, where the JUnit tests run, C is called through an implementation that the tests install.
///
/// Uses no other package of the engine. `ffi` and `runtime` are the only packages that know the compiler and
/// raw memory.
@NullMarked
package databridge.pyloop.ffi;

import org.jspecify.annotations.NullMarked;
