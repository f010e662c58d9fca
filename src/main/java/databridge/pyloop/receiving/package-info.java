/// Receiving: getting bytes from the kernel into `bytes` objects. What is done with them is apart from it, in
/// `transports` and `loop`.
///
/// [Reception] is the way of receiving, chosen by the last message; [Receiver] receives.
///
/// May use `cpython`, `libc` and `ffi`.
@NullMarked
package databridge.pyloop.receiving;

import org.jspecify.annotations.NullMarked;
