/// Transports: reading, writing and accepting on sockets and pipes, once per event.
@NullMarked
package databridge.pyloop.transports;

import org.jspecify.annotations.NullMarked;
