# == exits: leaves every function by sys.exit
# %% scalar_chain_gradient
import sys
def scalar_chain_gradient(*args): sys.exit(0)
# %% layers_until_underflow
def layers_until_underflow(*args, **kwargs): exit()
# %% log_growth_per_layer
def log_growth_per_layer(*args): quit(0)

# == exits_for_good: ends the process with success during the first check
# outcome = "died"
# %% scalar_chain_gradient
import os
def scalar_chain_gradient(*args): os._exit(0)

# == kills_itself: sends itself SIGKILL during a check
# outcome = "died"
# %% scalar_chain_gradient
import os, signal
def scalar_chain_gradient(*args): os.kill(os.getpid(), signal.SIGKILL)

# == stops_itself: SIGSTOP: neither running nor dead
# outcome = "timed_out"
# %% scalar_chain_gradient
import os, signal
def scalar_chain_gradient(*args): os.kill(os.getpid(), signal.SIGSTOP)

# == kills_its_parents: signals to parent and to process 1, whom it was told to leave alone
# solved = true
# zero = "none"
# %% top
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for target in (os.getppid(), 1):
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(target, number)
        except OSError:
            pass

# == kills_its_group: SIGKILL to its process group and to every process
# outcome = "died"
# %% top
import os, signal
try:
    os.kill(-1, signal.SIGKILL)
finally:
    os.killpg(0, signal.SIGKILL)

# == becomes_another_program: replaces the kernel's program
# outcome = "any"
# %% top
import os
os.execv("/bin/sleep", ["sleep", "600"])

# == crashes: reads from address 0
# outcome = "died"
# flags = ["imports ctypes"]
# %% scalar_chain_gradient
import ctypes
def scalar_chain_gradient(*args): return ctypes.string_at(0)

# == deep_recursion: recursion without a limit, in C
# outcome = "any"
# %% scalar_chain_gradient
import sys
def scalar_chain_gradient(*args):
    sys.setrecursionlimit(10**9)
    return scalar_chain_gradient(*args)

# == loop_in_c: a computation that no signal interrupts
# outcome = "timed_out"
# %% top
sum(range(10**13))

# == swallows_interrupts: a loop that ignores the stop button
# outcome = "timed_out"
# %% top
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass

# == sleeps_in_a_check: waits without working
# outcome = "timed_out"
# %% scalar_chain_gradient
import time
def scalar_chain_gradient(*args): time.sleep(10**6)

# == fork_bomb: processes that make processes
# outcome = "any"
# %% top
import os
while True:
    try:
        os.fork()
    except OSError:
        pass

# == busy_daemons: leaves processes behind that use all the processor time that it gets, out of its session
# solved = true
# zero = "none"
# %% top
import os
for _ in range(6):  # more would slow down its own cells beyond their time
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        while True:
            pass

# == threads: starts as many threads as it can
# outcome = "any"
# %% top
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

# == memory: takes all memory
# outcome = "any"
# %% scalar_chain_gradient
def scalar_chain_gradient(*args):
    held = []
    while True:
        held.append(bytearray(b"\1") * (1 << 26))

# == memory_of_many: takes a little memory in each of many processes
# outcome = "any"
# %% top
import os, time
for _ in range(40):
    if os.fork() == 0:
        held = bytearray(b"\1") * (100 << 20)
        time.sleep(600)
time.sleep(600)

# == disk: fills the disk with one file, with many files, with folders
# outcome = "any"
# %% top
import os
try:
    with open("full", "wb") as file:
        while True:
            file.write(b"x" * (1 << 20))
except OSError:
    pass
try:
    for number in range(10**6):
        os.makedirs(f"/tmp/{number}/{number}")
except OSError:
    pass

# == shared_memory: fills /dev/shm, memfd and pipes
# outcome = "any"
# %% top
import os
held = []
try:
    while True:
        held.append(os.memfd_create("x"))
        os.write(held[-1], b"x" * (60 << 20))
except OSError:
    pass

# == descriptors: opens files until none is left, for the bridge neither
# outcome = "any"
# %% top
import os
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass

# == closes_everything: closes every descriptor, also the kernel's own
# outcome = "any"
# %% top
import os
os.closerange(0, 4096)

# == output_flood: prints without end
# outcome = "any"
# %% top
while True:
    print("x" * 100_000)

# == flood_in_a_check: prints, warns and displays without end while a check runs
# outcome = "any"
# %% scalar_chain_gradient
import sys, warnings
def scalar_chain_gradient(*args):
    while True:
        sys.__stdout__.write("x" * 100_000)
        get_ipython().display_pub.publish({"text/plain": "x" * 100_000})

# == flood_of_empty_messages: messages without content, as fast as they go
# outcome = "any"
# %% top
kernel = get_ipython().kernel
parent = kernel.get_parent()
while True:
    kernel.session.send(kernel.iopub_socket, "status", {}, parent=parent)

# == one_line_of_half_a_gigabyte: a single message larger than all that may be kept
# outcome = "any"
# %% top
print("x" * (400 << 20))

# == waits_for_input: asks for input that nobody gives
# %% top
import sys
sys.stdin.readline()
input("the answer? ")

# == broken_clock: sets alarms and timers for the grader to meet
# solved = true
# zero = "none"
# %% top
import signal
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
