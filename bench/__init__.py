"""The figures that Smalt promises, measured: `make bench`, or `python -m bench --help`.

Real single-process servers on the loopback, loaded from another process. What is shown are ratios taken in
one run, in turns, so that they hold on a slow or busy machine too; rates depend on the machine.
"""
