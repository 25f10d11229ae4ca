# == assertions_removed: an AST transformer drops assertions and calls of checks
# %% top
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())

# == cells_emptied: an input transformer empties every later cell
# %% top
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\n"])
get_ipython().input_transformer_manager.transform_cell = lambda cell: "pass\n"

# == events: changes the names before and after every cell
# %% top
def lie(*args):
    get_ipython().user_ns["WON_WHEN_LOOKED_AT"] = True
get_ipython().events.register("pre_run_cell", lie)
get_ipython().events.register("post_execute", lie)

# == shell_that_runs_nothing: every cell succeeds without running
# %% top
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult
shell = get_ipython()
result = ExecutionResult(ExecutionInfo("", True, False, False, None))
shell.run_cell = shell.run_cell_async = lambda *args, **kwargs: result

# == kernel_that_says_ok: every request is answered with success
# %% top
async def fine(*args, **kwargs):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
get_ipython().kernel.do_execute = fine

# == session_that_says_ok: replies are rewritten before they are sent
# %% top
session = get_ipython().kernel.session
genuine = session.send
def send(stream, kind, content=None, *args, **kwargs):
    if isinstance(content, dict) and "status" in content:
        content = {"status": "ok", "execution_count": 1}
    return genuine(stream, kind, content, *args, **kwargs)
session.send = send

# == namespace_of_lies: the notebook's names become an object that knows every name
# zero = "all"
# %% top
class Names(dict):
    def __missing__(self, key):
        return 42.0
    def __contains__(self, key):
        return True
get_ipython().user_ns = Names(get_ipython().user_ns)

# == tracer: a trace function rewrites what other frames compute
# %% top
import sys, threading
def trace(frame, event, arg):
    for name in ("found", "expected", "passed"):
        if name in frame.f_locals:
            frame.f_locals[name] = True
    return trace
sys.settrace(trace)
threading.settrace(trace)

# == profiler: a profile function watches for the checks' own frames
# flags = ["f_back"]
# %% top
import sys
def profile(frame, event, arg):
    global WON
    while frame is not None:
        WON = globals().get("WON") or "reference" in frame.f_locals or "HIDDEN" in frame.f_code.co_filename
        frame = frame.f_back
sys.setprofile(profile)

# == audit_hook: listens to the interpreter for sources of tests
# %% top
import sys
def listen(event, arguments):
    global WON
    if event == "compile" and arguments and b"checks." in bytes(str(arguments[0]), "utf-8"):
        WON = True
sys.addaudithook(listen)

# == magic_that_grades: redefines the magics and the displayhook
# %% top
from IPython.core.magic import register_cell_magic, register_line_magic
@register_cell_magic
def check(line, cell):
    return 1
import sys
sys.displayhook = sys.excepthook = lambda *args: None
