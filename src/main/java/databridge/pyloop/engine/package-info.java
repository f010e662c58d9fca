/// The event loop itself, free of CPython and of foreign memory: ready queue, timer heap, iteration, contracts.
@NullMarked
package databridge.pyloop.engine;

import org.jspecify.annotations.NullMarked;
