/// Handles, the Python objects that stand for scheduled callbacks: where their fields are, how they are pooled, and the
/// types.
@NullMarked
package databridge.pyloop.handles;

import org.jspecify.annotations.NullMarked;
