"""A mixed load on one event loop for an hour, every answer compared, and a verdict: has anything grown?

    python -m soak [--seconds 3600] [--loop pyloop] [--output samples.csv]

The load comes in turns of a few seconds. In a turn all workloads run at once; between two turns everything that a turn
has opened is closed again, and the process is looked at: what is still there has been kept by somebody.
"""
