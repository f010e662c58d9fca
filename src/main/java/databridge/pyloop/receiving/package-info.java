/// Receives from descriptors into `bytes` objects.
@NullMarked
package databridge.pyloop.receiving;

import org.jspecify.annotations.NullMarked;
