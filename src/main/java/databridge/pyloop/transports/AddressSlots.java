package databridge.pyloop.transports;

import databridge.pyloop.collections.LongStack;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.SocketAddress;

/// Memory for the socket addresses of a [DatagramQueue], as the kernel reads them: slots of [SocketAddress#CAPACITY]
/// bytes. Under the GIL.
final class AddressSlots {
    private static final int INITIAL_CAPACITY = 64; // slots
    private static final int INITIAL_STACK = 8;

    private LongStack free = new LongStack(INITIAL_STACK);
    private long memory;
    private int capacity;

    /// Copies an address to a free slot.
    ///
    /// @param address where it is
    /// @param size in bytes, at most [SocketAddress#CAPACITY]
    /// @return the slot
    int add(long address, int size) {
        if (free.isEmpty()) {
            grow();
        }
        int slot = (int) free.pop();
        SocketAddress.copy(address, size, address(slot));
        return slot;
    }

    /// The address in memory of a slot, valid until the next [#add].
    long address(int slot) {
        return memory + (long) slot * SocketAddress.CAPACITY;
    }

    /// Makes a slot free.
    void remove(int slot) {
        free.push(slot);
    }

    /// Frees all memory. No slot may be in use.
    void clear() {
        if (capacity > 0) {
            Memory.free(memory);
            capacity = 0;
            free = new LongStack(INITIAL_STACK);
        }
    }

    private void grow() {
        int more = Math.max(INITIAL_CAPACITY, 2 * capacity);
        long larger = Memory.allocate((long) more * SocketAddress.CAPACITY);
        if (capacity > 0) {
            Memory.copy(memory, larger, (long) capacity * SocketAddress.CAPACITY);
            Memory.free(memory);
        }
        for (int slot = more - 1; slot >= capacity; slot--) {
            free.push(slot);
        }
        memory = larger;
        capacity = more;
    }
}
