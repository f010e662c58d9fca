package databridge.pyloop.cpython;

import databridge.pyloop.ffi.Memory;

/// Memory for one `Py_buffer`, reused unless it is in use by a call further up: opening and closing a view can run
/// Python code, which may use another one, let another thread run, or close the loop. With the GIL.
public final class BufferView {
    private long own = BufferApi.newView();
    private boolean inUse;

    /// The address of a view to be opened.
    public long take() {
        if (inUse) {
            return BufferApi.newView();
        }
        inUse = true;
        return own;
    }

    /// Takes back what [#take] has given, closed.
    public void giveBack(long view) {
        if (view == own) {
            inUse = false;
        } else {
            Memory.free(view);
        }
    }

    /// Frees the memory; if a call is still using it, at the end of that call.
    public void free() {
        if (!inUse) {
            Memory.free(own);
        }
        own = 0;
        inUse = true;
    }
}
