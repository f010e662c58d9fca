/// The Python types defined in Java: each joins an object of the interpreter to its part of the engine.
@NullMarked
package databridge.pyloop.types;

import org.jspecify.annotations.NullMarked;
