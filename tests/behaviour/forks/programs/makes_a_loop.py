"""Makes a loop as it is imported, which a forkserver does before it forks."""

from data_bridge.pyloop import new_event_loop

new_event_loop().close()
