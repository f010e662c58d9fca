package databridge.pyloop.loop;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.ffi.ReusableBlock;
import databridge.pyloop.libc.AddressBuffer;
import databridge.pyloop.libc.DatagramSockets;
import databridge.pyloop.libc.StreamMessages;
import databridge.pyloop.openssl.RecordMemory;
import databridge.pyloop.receiving.Receiver;
import org.jspecify.annotations.Nullable;

/// The memory that operations of one loop need while they last: what the kernel reads and writes, and
/// arguments of calls.
///
/// A system call takes addresses: of a buffer, of a `struct msghdr`, of a place for a socket address. Java
/// objects have none that stays, and to allocate C memory for each call would cost as much as a short call
/// does. So the memory is allocated beforehand. It belongs to a loop and not to the process, because loops
/// run in several threads, and one thread continues whenever another releases the GIL. That happens in any
/// call into Python, and such calls are not always obvious: releasing an object may run its `__del__`, and
/// allocating a tuple may run the garbage collector, up to Python 3.11 at once, with the finalisers and
/// `gc.callbacks` of the program.
///
/// The rule: **from where scratch memory is filled to where it is read for the last time there is no call
/// into Python.** Received bytes are copied into an object before that object is passed on; an address is
/// converted before the protocol is called. Two kinds of memory cannot obey, because they are in use *during*
/// a call into Python: the arguments of that call, and the view of a buffer, whose release may run Python
/// code. Both are a [ReusableBlock], which allocates memory for a nested user.
///
/// There is one exception to the rule. A batch of datagrams is received in one call, and the tuples of their
/// addresses are allocated while the rest of the batch waits in scratch memory. A finaliser that runs there
/// may run other loops, in this thread or another: their scratch memory is their own. It cannot run this
/// loop, because asyncio does not run a loop that is running.
///
/// [RecordMemory] is in use while OpenSSL runs, whose callbacks can run Python code. It counts its users,
/// and a nested user takes other memory.
///
/// Small memory is allocated when the loop's engine opens, and cannot fail afterwards. The large buffers of
/// [Receiver], [DatagramSockets] and [RecordMemory] are allocated when they are used first. All memory is freed when
/// the engine closes; transports that outlive their loop, and still flush or close, then use [#ofClosedLoops]. So do
/// objects that belong to no loop, such as the socket that a transport shows. Under the GIL.
public final class Scratch {
    private static @Nullable Scratch ofClosedLoops;

    private final StreamMessages messages = new StreamMessages();
    private final DatagramSockets datagrams = new DatagramSockets();
    private final AddressBuffer address = new AddressBuffer();
    private final Receiver receiver = new Receiver(messages);
    private final ArgumentArray callArguments = new ArgumentArray();
    private final ReusableBlock view = new ReusableBlock(BufferApi.VIEW_SIZE);
    private @Nullable RecordMemory records;

    /// Makes what [#ofClosedLoops] returns, again for each interpreter, because the objects of an earlier one
    /// do not exist any more.
    static void bind() {
        ofClosedLoops = new Scratch();
    }

    /// The memory that all transports of closed loops share, and objects without a loop. It is never freed.
    public static Scratch ofClosedLoops() {
        Scratch scratch = ofClosedLoops;
        if (scratch == null) {
            throw new IllegalStateException("the engine has not started");
        }
        return scratch;
    }

    /// For stream sockets, and for pieces that are written to pipes.
    public StreamMessages messages() {
        return messages;
    }

    /// For datagram sockets.
    public DatagramSockets datagrams() {
        return datagrams;
    }

    /// For one socket address.
    public AddressBuffer address() {
        return address;
    }

    /// For receiving into `bytes` objects.
    public Receiver receiver() {
        return receiver;
    }

    /// For the arguments of calls into Python.
    public ArgumentArray callArguments() {
        return callArguments;
    }

    /// For a view of [BufferApi#VIEW_SIZE] bytes that is open during one system call.
    public ReusableBlock view() {
        return view;
    }

    /// For the records of TLS. Only after OpenSSL is bound.
    ///
    /// @throws OutOfMemoryError if there is no memory, which the first use allocates
    public RecordMemory records() {
        RecordMemory memory = records;
        if (memory == null) {
            memory = new RecordMemory();
            records = memory;
        }
        return memory;
    }

    /// Frees the memory when the engine closes.
    void free() {
        if (records != null) {
            records.free();
            records = null;
        }
        messages.free();
        datagrams.free();
        address.free();
        receiver.free();
        callArguments.free();
        view.free();
    }
}
