/// Pollers: they wait for I/O readiness and wakeups, and report them to the engine.
@NullMarked
package databridge.pyloop.poll;

import org.jspecify.annotations.NullMarked;
