/// Entry from Python, and the only place that wires the layers together.
@NullMarked
package databridge.pyloop.boot;

import org.jspecify.annotations.NullMarked;
