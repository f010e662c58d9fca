package databridge.pyloop.loadgen;

import java.io.IOException;

/// The server did not do what it must.
final class LoadException extends IOException {
    private static final long serialVersionUID = 1;

    LoadException(String message) {
        super(message);
    }
}
