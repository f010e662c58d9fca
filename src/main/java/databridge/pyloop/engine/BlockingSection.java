package databridge.pyloop.engine;

/// What has to be given up while the loop's thread is blocked, and taken again before it touches anything.
public interface BlockingSection {
    void enter();

    void leave();
}
