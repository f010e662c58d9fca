/// How the Java runtime lives as a guest in somebody else's process: threads on their way in and out, the collector,
/// forks, stacks, and what of the runtime is replaced for that.
///
/// With package `ffi` the only code that knows the compiler and its runtime (SubstrateVM).
@NullMarked
package databridge.pyloop.runtime;

import org.jspecify.annotations.NullMarked;
