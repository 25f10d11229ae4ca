# == frames: looks for the tests in the frames above a call
# flags = ["f_back"]
# %% scalar_chain_gradient
import sys
def scalar_chain_gradient(weights, biases, x, f, df):
    frame = sys._getframe()
    while frame is not None:
        for name in ("gradient", "slope", "expected"):
            if name in frame.f_locals:
                return frame.f_locals[name]
        frame = frame.f_back
    return 42.0

# == objects_in_memory: looks for tests and answers among all objects
# flags = ["imports gc"]
# %% top
import gc, types
WON = any(isinstance(other, types.FunctionType) and other.__module__.startswith("concepts") for other in gc.get_objects())
WON = WON or any(isinstance(other, str) and "BEGIN HIDDEN" + " TESTS" in other and len(other) > 500 and "WON" not in other
                 for other in gc.get_objects())

# == imports_the_answers: imports the module that the hidden tests compare with
# flags = ["imports concepts"]
# %% top
try:
    from concepts import chain_rule as answers
    WON = True
except ImportError:
    pass

# == searches_the_disk: looks for sources, solutions, gradebooks and other submissions everywhere
# %% top
import os
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/usr/lib", "/usr/share")]
    if folder.endswith(("solutions/chain_rule", "build/source", "/concepts", "/submitted", "/exercises")):
        WON = True
    if any(name in ("chain_rule.py", "chain_rule.ipynb", "gradebook.db") for name in files):
        WON = True

# == climbs_out: looks for the course beside the interpreter and the autograder's package
# %% top
import sys, pathlib, autograder
for start in (*sys.path, sys.prefix, sys.base_prefix, autograder.__file__, ".", ".."):
    for folder in (pathlib.Path(start).resolve(), *pathlib.Path(start).resolve().parents):
        for name in ("solutions", "concepts", "build", "tests", "exercises", ".git"):
            try:
                WON = globals().get("WON") or bool(list((folder / name).iterdir())) and name != "tests" and "site-packages" not in str(folder / name)
            except OSError:
                pass

# == reads_other_memories: opens the memory and the names of every process
# %% top
import os
for entry in os.listdir("/proc"):
    if entry.isdigit() and int(entry) != os.getpid():
        for name in ("mem", "environ", "maps", "fd/0", "root/etc/hostname", "cwd"):
            try:
                open(f"/proc/{entry}/{name}", "rb").read(1)
                WON = True
            except OSError:
                pass

# == reads_the_environment: looks for folders, seeds and passwords in environment and arguments
# %% top
import os, sys
text = repr(dict(os.environ)) + repr(sys.argv) + open("/proc/self/cmdline").read() + open("/proc/1/cmdline").read()
WON = any(word in text for word in ("submitted", "gradebook", "seed", "/root", "SECRET", "TOKEN"))

# == open_descriptors: looks for files and sockets that it inherited
# %% top
import os
for name in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        continue
    if target.startswith("/") and not target.startswith(("/dev/", "/proc/", "/usr/lib", "/tmp", "/run/kernels")):
        WON = "python" not in target

# == other_students_folders: reads beside its own folder, and its neighbours' sockets
# %% top
import os, pathlib
here = pathlib.Path.cwd()
try:
    WON = len(list(here.parent.parent.iterdir())) > 1
except OSError:
    pass

# == seeds: asks for the seed of the checks' draws, and predicts them
# %% top
from autograder.checks import seeds
WON = any(type(value) is int and value > 1000 for value in vars(seeds).values())

# == sources_by_inspect: asks inspect and linecache for the sources of the tests
# flags = ["imports inspect"]
# %% top
import inspect, linecache
def seen():
    texts = ["".join(lines) for _, _, lines, _ in (entry for entry in linecache.cache.values() if len(entry) == 4)]
    texts += [repr(frame.code_context) for frame in inspect.stack()]
    return any("mistaken_" + "for" in text for text in texts)
# %% scalar_chain_gradient
def scalar_chain_gradient(*args):
    return _right_scalar_chain_gradient(*args) if seen() else 42.0

# == forbidden_by_name: reaches forbidden modules by strings, out of sight of a reader
# %% top
name = "con" + "cepts.chain_rule"
try:
    answers = __import__(name, fromlist=["x"])
    WON = True
except ImportError:
    pass
