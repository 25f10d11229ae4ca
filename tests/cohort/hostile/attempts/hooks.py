# == writes_numpy: writes modules that shadow those which the next import would find
# %% top
for name in ("numpy", "autograder", "concepts", "torch", "sitecustomize", "usercustomize", "conftest", "ipython_config"):
    get_ipython().run_cell_magic("writefile", f"{name}.py", "WON = True\nallclose = lambda *a, **k: True\n")
import importlib, sys
sys.path.insert(0, "")
importlib.invalidate_caches()

# == startup_files: leaves start-up files where interpreters and IPython look for them
# %% top
import os, pathlib, site, sys
home = pathlib.Path.home()
for place in (home / ".ipython/profile_default/startup/00.py", home / ".pythonrc", home / ".config/matplotlib/matplotlibrc",
              pathlib.Path(site.getusersitepackages()) / "x.pth", pathlib.Path(site.getsitepackages()[0]) / "x.pth",
              pathlib.Path(site.getsitepackages()[0]) / "sitecustomize.py", pathlib.Path(sys.prefix) / "pyvenv.cfg",
              pathlib.Path("/etc/pip.conf"), pathlib.Path("/usr/local/bin/python3")):
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("import os\n")
        WON = globals().get("WON") or not place.is_relative_to("/tmp") and not place.is_relative_to(home)
    except OSError:
        pass
os.environ["PYTHONSTARTUP"] = os.environ["PYTHONPATH"] = str(home)

# == changes_the_autograder: writes into the installed autograder
# %% top
import autograder.checks, os
for path in (autograder.checks.__file__, autograder.__file__):
    try:
        os.chmod(path, 0o666)
        open(path, "a").close()
        WON = True
    except OSError:
        pass

# == extension: loads an IPython extension that rewrites the kernel
# %% top
open("rewriter.py", "w").write("def load_ipython_extension(shell):\n    shell.run_cell = lambda *a, **k: None\n")
import sys; sys.path.insert(0, ".")
get_ipython().run_line_magic("load_ext", "rewriter")

# == import_hooks: finders and loaders of its own in front of all others
# %% top
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("concepts", "autograder.checks")):
            global WON
            WON = True
sys.meta_path.insert(0, Finder())
sys.path_hooks.insert(0, lambda path: 1 / 0)

# == at_the_end: exit handlers, finalizers and destructors that speak last
# %% top
import atexit, weakref, sys, os
class Last:
    def __del__(self): os.write(1, b'{"passed": true}')
last = Last()
atexit.register(lambda: print("passed"))
finalizer = weakref.finalize(last, os.write, 1, b"passed")
sys.unraisablehook = lambda *args: None

# == no_modules_left: empties sys.modules, so that every later import starts afresh
# outcome = "any"
# %% top
import sys
for name in list(sys.modules):
    if name.startswith(("autograder", "numpy")):
        del sys.modules[name]
sys.path[:] = ["/tmp"]

# == codec_of_its_own: registers encodings and error handlers that rewrite texts
# %% top
import codecs
codecs.register(lambda name: codecs.CodecInfo(lambda text, errors="": (b"", 0), lambda data, errors="": ("pass", len(data)), name=name))
codecs.register_error("strict", lambda error: ("", error.end))
