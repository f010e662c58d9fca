/// The loop as a Python type: its methods, its clock, its watched descriptors, and what runs its callbacks.
@NullMarked
package databridge.pyloop.loop;

import org.jspecify.annotations.NullMarked;
