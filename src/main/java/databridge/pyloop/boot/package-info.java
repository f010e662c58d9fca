/// The extension module `_engine`: what its import runs, and the only place that wires the layers together.
///
/// [ExtensionModule] has the one symbol that the library exports. [Engine] starts the engine in
/// an interpreter.
///
/// May use every other package; no package may use this one.
@NullMarked
package databridge.pyloop.boot;

import org.jspecify.annotations.NullMarked;
