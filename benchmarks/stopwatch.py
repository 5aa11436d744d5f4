"""What one command takes: ``python -I -S stopwatch.py SECONDS COMMAND ...``.

Prints its exit code (-9 if it was stopped after ``SECONDS``), the wall and the CPU seconds, and the
MiB of its largest process. It is a process apart, and this small, because to Linux a new process
has had the memory of whoever started it.
"""

import os
import signal
import sys
import time

start = time.perf_counter()
child = os.fork()
if not child:
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp(sys.argv[2], sys.argv[2:])
signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]))
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - start
# Linux counts in KiB, macOS in bytes.
mib = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
print(os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, mib)
