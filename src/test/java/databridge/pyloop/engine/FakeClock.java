package databridge.pyloop.engine;

/// A [Clock] that stands still until a test moves it.
final class FakeClock implements Clock {
    long now = 1_000_000;
    int readings;

    @Override
    public long nanos() {
        readings++;
        return now;
    }
}
