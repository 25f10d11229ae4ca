/* The page's side of Python: it starts the worker when it is first needed, and ends it when a cell takes too long. */
"use strict";

function pagePython({ program, base, seconds, onLoading }) {
  let worker = null, ready = null, current = null, count = 0, round = 0;

  // The worker's program comes as a script, not by fetch, so that a page opened from a folder works, too.
  function load() {
    if (window.courseProgram) return Promise.resolve(window.courseProgram);
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = program;
      script.onload = () => resolve(window.courseProgram);
      script.onerror = () => { script.remove(); reject(new Error(`the file ${program} cannot be loaded`)); };
      document.head.append(script);
    });
  }

  async function begin() {
    const mine = ++round;
    onLoading("Python");
    const { worker: source, files, wheel } = await load();
    if (mine !== round) return; // stopped while it was loading
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const started = new Worker(url);
    URL.revokeObjectURL(url);
    worker = started;
    await new Promise((resolve, reject) => {
      started.onerror = (event) => { event.preventDefault(); reject(new Error(event.message ?? "the worker does not start")); };
      started.onmessage = ({ data }) => {
        if (data.kind === "loading") onLoading(data.what);
        else if (data.kind === "ready") resolve();
        else if (data.kind === "absent") reject(new Error(data.reason));
      };
      started.postMessage({ kind: "start", base, files, wheel });
    });
    started.onmessage = ({ data }) => heard(data);
    started.onerror = (event) => { event.preventDefault(); finish({ outcome: "lost", reason: event.message }); };
  }

  function heard(message) {
    if (message.kind === "loading") { onLoading(message.what); return; }
    if (!current || message.id !== current.id) return;
    if (message.kind === "began") {
      onLoading(null);
      current.alarm = setTimeout(() => finish({ outcome: "late" }), seconds() * 1000);
    } else if (message.kind === "output") current.output(message.part);
    else if (message.kind === "done") finish({ outcome: message.finished ? "finished" : "failed" });
    else if (message.kind === "lost") finish({ outcome: "lost", reason: message.reason });
  }

  function end() {
    worker?.terminate();
    worker = null;
    ready = null;
    round += 1;
    onLoading(null);
  }

  // Only the end of the worker ends a loop; what Python knew is then gone.
  function finish(result) {
    const asked = current;
    current = null;
    clearTimeout(asked?.alarm);
    if (["late", "stopped", "lost", "absent"].includes(result.outcome)) end();
    asked?.resolve(result);
  }

  return {
    // True while the worker remembers what ran in it.
    get alive() { return ready !== null; },
    stop: () => (current ? finish({ outcome: "stopped" }) : end()),
    run(name, source, output) {
      return new Promise((resolve) => {
        const asked = { id: ++count, output, resolve, alarm: null };
        current = asked;
        ready ??= begin();
        ready.then(
          () => { if (current === asked) worker.postMessage({ kind: "run", id: asked.id, name, source }); },
          (error) => { if (current === asked) finish({ outcome: "absent", reason: error.message }); },
        );
      });
    },
  };
}
