/// The Java runtime as a guest in the process of another program: how threads enter and leave Java
/// ([EntryPoint], which explains the boundary to C, and [ThreadEntry]), the collector ([Collector]), forks
/// ([Forks]), stacks, and the parts of the runtime that are replaced for that.
///
/// May use `ffi` only. `ffi` and `runtime` are the only packages that know the compiler and its
/// runtime (SubstrateVM).
@NullMarked
package databridge.pyloop.runtime;

import org.jspecify.annotations.NullMarked;
