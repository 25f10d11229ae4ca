# == serves_zeros: answers every question of a check with 0
# %% top
import autograder.bridge.student as student
from autograder.bridge.codec import pack, unpack
def answer_all(self):
    while True:
        question = unpack(*self._wire.receive(), lambda kind, content: None)
        value = [True, 0.0] if question["ask"] == "get" else 0.0
        self._wire.send(*pack({"reply": question["id"], "value": value}, None))
student.Answers.answer_all = answer_all

# == serves_observations: claims for every call that it was fine
# %% top
import autograder.bridge.student as student
def observe(self, question):
    return {"result": question["args"][-1] if question["args"] else 0.0, "error": None, "args": question["args"],
            "kwargs": question["kwargs"], "stdout": "", "warnings": [], "seconds": 0.0,
            "touched_global_random": False, "drew": True}
student.Answers._observe = observe

# == serves_half_observations: observations whose parts are of other types
# %% top
import autograder.bridge.student as student
student.Answers._observe = lambda self, question: {"result": 0.0, "error": [], "args": 5, "kwargs": {"a": None}, "passed": True}

# == serves_a_verdict: sends the grader's own words for a passed check
# %% top
import autograder.bridge.student as student
student.Answers._reply_to = lambda self, question: self._wire._socket.sendall(
    b'{"passed": true, "message": "", "broken": "", "own_fault": false}\n')

# == answers_in_advance: floods the wire with answers to questions that were not asked yet
# outcome = "any"
# %% top
import autograder.bridge.student as student
from autograder.bridge.codec import pack
def answer_all(self):
    for number in range(10_000):
        self._wire.send(*pack({"reply": number, "value": [True, 0.0]}, None))
student.Answers.answer_all = answer_all

# == forged_nodes: nodes that only our side may send: functions, handles of others, pickles
# %% top
import autograder.bridge.encoding as encoding
import itertools
kinds = itertools.cycle([{"ufunc": "isclose"}, {"callback": [0, "isclose"]}, {"pickle": "gASV"}, {"type": "object"},
                         {"dtype": "|O"}, {"array": [0, "|O8", [1]]}, {"handle": [-1, "x"]}, {"generator": {"dict": []}}])
encoding.Encoder._handle = lambda self, value: next(kinds)
encoding._PLAIN.clear()

# == pickled_answer: sends a pickle that writes a file, instead of a message
# %% top
import autograder.bridge.wire as wire, pickle, os
class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/unpickled",)
wire.Wire.send = lambda self, *args: self._socket.sendall(pickle.dumps(Bomb()))

# == giant_header: announces four gigabytes
# %% top
import autograder.bridge.wire as wire
wire.Wire.send = lambda self, *args: self._socket.sendall(b"\xff" * 8 + b"0" * 4096)

# == deep_and_wide_answers: trees of a hundred thousand levels or members
# %% top
import autograder.bridge.student as student
student.pack = lambda value, handle: (b'{"list": [' * 100_000, [])

# == colliding_keys: a dictionary whose keys all hash alike
# outcome = "any"
# solved = true
# zero = ["scalar_chain_gradient"]
# %% scalar_chain_gradient
def scalar_chain_gradient(*args): return {key * ((1 << 61) - 1): 0 for key in range(20_000)}

# == calls_what_was_not_given: calls back functions that it never got, with arguments of its choice
# solved = true
# zero = ["scalar_chain_gradient", "backpropagate_deltas"]
# %% top
import autograder.bridge.student as student, gc
def conversation():
    return next(value for value in gc.get_objects() if type(value) is student.Answers)
# %% scalar_chain_gradient
def scalar_chain_gradient(weights, biases, x, f, df):
    return conversation()._callback(12345, "f")(1.0)
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, df, delta):
    return conversation()._callback(-1, "f")(delta)

# == misuses_callbacks: calls the functions that it was given with objects, masses and themselves
# solved = true
# zero = ["scalar_chain_gradient", "backpropagate_deltas"]
# %% scalar_chain_gradient
def scalar_chain_gradient(weights, biases, x, f, df):
    for thing in (object(), scalar_chain_gradient, "a" * 10**6, np.zeros((2000, 2000)), df, None, 10**3000):
        try:
            f(thing)
        except Exception:
            pass
    return df(df)
# %% backpropagate_deltas
def backpropagate_deltas(weights, z, df, delta):
    return [df(part, out=backpropagate_deltas, where=z) for part in z]

# == endless_callbacks: calls the function that it was given for ever
# solved = true
# outcome = "timed_out"
# zero = ["scalar_chain_gradient"]
# %% scalar_chain_gradient
def scalar_chain_gradient(weights, biases, x, f, df):
    while True:
        f(x)

# == slow_answers: one byte of an answer a second
# outcome = "timed_out"
# %% top
import autograder.bridge.wire as wire, time
def send(self, header, buffers, deadline=None):
    for byte in header * 100:
        self._socket.sendall(bytes([byte]))
        time.sleep(1)
wire.Wire.send = send

# == hangs_up: closes the conversation in the middle of a check
# %% top
import autograder.bridge.student as student
def answer_all(self):
    self._receive()
    self._wire.close()
student.Answers.answer_all = answer_all

# == forged_exceptions: exceptions of classes that would end the check early and in peace
# %% top
import autograder.bridge.student as student, itertools
names = itertools.cycle(["SystemExit", "KeyboardInterrupt", "GeneratorExit", "StopIteration", "CheckPassed", "Verdict", "Exception"])
student.describe = lambda error: {"classes": [next(names)], "text": "passed " * 10**5, "lines": [""] * 10**4}
def answer(self, question):
    raise ValueError
student.Answers._answer = answer

# == thief_of_conversations: a thread of the notebook takes the grader's sockets before the kernel does
# %% top
import gc, socket, threading
def steal():
    for other in gc.get_objects():
        if isinstance(other, socket.socket) and other.family == socket.AF_UNIX:
            other.setblocking(True)
            while True:
                _, descriptors, _, _ = socket.recv_fds(other, 1, 1)
                for descriptor in descriptors:
                    socket.socket(fileno=descriptor).sendall(b'{"passed": true, "message": ""}\n' * 1000)
threading.Thread(target=steal, daemon=True).start()

# == forged_status: publishes idle and ok for requests of the grader that still run
# outcome = "any"
# %% top
kernel = get_ipython().kernel
for parent in (kernel.get_parent(), {}, {"header": {"msg_id": "x"}}):
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)
    kernel.session.send(kernel.iopub_socket, "error", {"traceback": 5, "ename": [], "evalue": {}}, parent=parent)
    kernel.session.send(kernel.iopub_socket, "execute_reply", {"status": "ok"}, parent=parent)
    kernel.session.send(kernel.iopub_socket, "serve_reply", {"status": "ok"}, parent=parent)

# == garbage_messages: bytes that are no messages, on the sockets of the kernel
# outcome = "any"
# %% top
import os
kernel = get_ipython().kernel
for frames in ([b""], [b"<IDS|MSG>"], [os.urandom(10_000)], [b"<IDS|MSG>", b"", b"{", b"[" * 10**5, b"\xff", b"1"]):
    for _ in range(50):
        kernel.iopub_socket.send_multipart(frames) if hasattr(kernel.iopub_socket, "send_multipart") else None

# == nested_display: publishes data and metadata that are nested deeper than any file can be written
# zero = "none"
# solved = true
# %% top
nested = deep = {}
for _ in range(700):
    deep["x"] = deep = {}
kernel = get_ipython().kernel
for kind in ("display_data", "execute_result"):
    kernel.session.send(kernel.iopub_socket, kind,
                        {"data": {"text/plain": nested, "application/json": nested}, "metadata": nested,
                         "execution_count": 1}, parent=kernel.get_parent())

# == odd_displays: data of types that no notebook holds
# zero = "none"
# solved = true
# %% top
kernel = get_ipython().kernel
for data in (5, [], None, {"image/png": 5}, {"text/html": {"a": 1}}, {"image/png": ["iVBOR"]}, {"": float("nan")}, {"text/plain": "\ud800"}):
    try:
        kernel.session.send(kernel.iopub_socket, "display_data", {"data": data, "metadata": data}, parent=kernel.get_parent())
        kernel.session.send(kernel.iopub_socket, "stream", {"name": data, "text": data}, parent=kernel.get_parent())
        kernel.session.send(kernel.iopub_socket, "error", {"ename": data, "traceback": [data]}, parent=kernel.get_parent())
    except Exception:
        pass

# == scripts_in_outputs: pages, handlers and links that would run in the instructor's browser
# zero = "none"
# solved = true
# %% top
from IPython.display import HTML, Javascript, Markdown, SVG, display
from IPython.display import Image
display(HTML("<script>document.title = 'owned'</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"),
        Javascript("alert(1)"), Markdown("[x](javascript:alert(1))<script>alert(1)</script>"))
display({"image/svg+xml": "<svg onload=alert(1)><script>alert(1)</script></svg>", "text/plain": "</pre><script>alert(1)</script>"}, raw=True)
print("</pre><script>alert(1)</script>\x1b]0;owned\x07\x1b[2J")
