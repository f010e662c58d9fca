package databridge.pyloop.engine;

/// Receives the counters of a loop, see [EventLoop#showCounters].
@FunctionalInterface
public interface CounterReader {
    /// @param name in lower case, with the unit if it has one
    void counter(String name, long value);
}
