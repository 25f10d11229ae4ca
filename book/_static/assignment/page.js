/* An assignment in the page: cells that run, checks that count, work that stays, a notebook to hand in. */
"use strict";

(() => {
  const root = document.getElementById("assignment");
  const { slug, release, program, pyodide } = root.dataset;
  const released = JSON.parse(document.getElementById("assignment-notebook").textContent);
  const store = assignmentStore(slug, release);
  const ran = new Map(); // name → the source that Python has run to its end
  const stuck = new Map(); // name → the source that had to be stopped
  let busy = null, downloaded = true, problemShown = null;

  const status = window.course.status("assignment-status");
  const points = element("p", { className: "assignment-points" });
  const notes = element("div", { className: "assignment-notes", id: "assignment-notes" });
  // Notes stand at the top; the bar, which is always in sight, says so.
  const note = (...words) => {
    notes.append(element("p", {}, ...words));
    status.replaceChildren(element("a", { href: "#assignment-notes", textContent: "There is a note at the top of the page." }));
  };

  const base = new URL(pyodide, location.href).href;
  const python = pagePython({
    program: new URL(program, location.href).href,
    base,
    seconds: () => Number(root.dataset.seconds),
    onLoading: (what) => { status.textContent = what ? `Loading ${what}…` : busy ? `Running ${busy.name}…` : ""; },
  });

  const cells = released.cells.flatMap((cell) => {
    const place = document.getElementById(`cell-${cell.id}`);
    return place ? [assignmentCell(cell, place, { run: runFromButton, changed })] : [];
  });
  const named = new Map(cells.map((cell) => [cell.name, cell]));
  const editable = cells.filter((cell) => cell.field);
  const checks = cells.filter((cell) => cell.kind === "check");
  const functionOf = (check) => named.get(check.name.replace(/^check_/, "").split("__")[0]);

  // ---- what is kept

  function changed(cell) {
    if (!restored) return;
    const source = cell.source();
    if (source === cell.released) delete store.state.sources[cell.name];
    else store.state.sources[cell.name] = source;
    for (const check of checks.filter((one) => functionOf(one) === cell)) {
      store.state.passed = store.state.passed.filter((name) => name !== check.name);
      check.judge("", "");
    }
    downloaded = false;
    keep();
  }
  function keep() {
    store.save();
    sayIfNotKept();
    count();
  }
  function sayIfNotKept() {
    if (store.problem === problemShown) return;
    problemShown = store.problem;
    if (problemShown) note(`Your work is not kept when you leave this page: ${problemShown}. Download your notebook before you go.`);
  }
  function count() {
    const all = checks.reduce((sum, check) => sum + check.points, 0);
    const got = checks.filter((check) => store.state.passed.includes(check.name)).reduce((sum, check) => sum + check.points, 0);
    points.textContent = `${got} of ${all} points for code`;
  }
  function restore() {
    const lost = [];
    for (const [name, source] of Object.entries(store.state.sources)) {
      const cell = named.get(name);
      if (cell?.set) cell.set(source);
      else lost.push(source);
    }
    for (const check of checks) if (store.state.passed.includes(check.name)) check.judge("right", "✓ passed");
    return lost;
  }
  function aside(words, sources) {
    if (sources.length > 0) note(element("details", {}, element("summary", {}, words), element("pre", { tabIndex: 0 }, sources.join("\n\n"))));
  }

  // ---- running

  // What Python itself has to say stands where the reader has pressed the button: at `asked`.
  async function execute(cell, asked = cell) {
    const source = cell.source();
    busy = cell;
    cell.output.clear();
    cell.judge("running", "");
    status.textContent = `Running ${cell.name}…`;
    // A check that is content says nothing, whatever its last line gives.
    const show = (part) => { if (cell.kind !== "check" || part.kind !== "value") cell.output.add(part); };
    const result = await python.run(cell.name, source, show);
    if (result.outcome === "finished") ran.set(cell.name, source);
    else ran.delete(cell.name);
    if (result.outcome === "late" || result.outcome === "stopped") stuck.set(cell.name, source);
    if (cell !== asked) asked.output.clear();
    explain(cell, result, result.outcome === "absent" ? asked : cell);
    return result.outcome;
  }
  function explain(cell, { outcome, reason }, where) {
    const again = "What Python knew is gone; the cells above run again by themselves when they are needed.";
    const words = {
      late: `Stopped after ${root.dataset.seconds} seconds. Does a loop never end? ${again}`,
      stopped: `Stopped. ${again}`,
      lost: `Python itself has broken down${reason ? ` (${reason})` : ""}: too much memory, or a recursion without an end? ${again}`,
      absent: `Python could not be loaded from ${base} (${reason}). ${navigator.onLine === false ? "You are offline. " : "Are you offline, or does your network block that address? "}Your text is kept. Press the button again when you are connected, or work on your own computer: the links above give you the notebook.`,
    }[outcome];
    if (words) where.output.say(words);
    if (outcome === "absent") { cell.judge("", ""); return; }
    if (cell.kind !== "check") cell.judge(outcome === "finished" ? "" : "wrong", outcome === "finished" ? "ran" : "did not run");
    else judge(cell, outcome === "finished");
  }
  function judge(check, right) {
    const { passed } = store.state;
    store.state.passed = right ? [...new Set([...passed, check.name])] : passed.filter((name) => name !== check.name);
    check.judge(right ? "right" : "wrong", right ? "✓ passed" : "✗ not yet");
    keep();
  }
  const fresh = (cell) => python.alive && ran.get(cell.name) === cell.source();

  // Given code and functions above a cell run first, if Python does not know them as they stand.
  // Steps do not need each other: one that fails says so and does not hold up the next.
  async function runWithAllAbove(cell) {
    for (const above of cells.slice(0, cells.indexOf(cell))) {
      if (!["given", "solution"].includes(above.kind) || fresh(above)) continue;
      if (stuck.get(above.name) === above.source()) continue;
      const outcome = await execute(above, cell);
      if (outcome === "finished" || outcome === "failed") continue;
      if (outcome !== "absent") cell.output.say(`${above.name}, above, had to be stopped: its own cell says why.`);
      return outcome;
    }
    const own = cell.kind === "check" ? functionOf(cell) : null;
    if (own && !fresh(own)) {
      cell.output.clear();
      cell.output.say(`${own.name} does not run yet: its own cell, above, says why.`);
      judge(cell, false);
      return "failed";
    }
    return execute(cell);
  }
  async function during(work) {
    if (busy) { status.textContent = `Python is busy with ${busy.name}; wait, or press Stop.`; return; }
    busy = { name: "Python" };
    stop.hidden = false;
    let words = "";
    try { words = await work(); } finally {
      busy = null;
      stop.hidden = true;
      status.textContent = words;
    }
  }
  function runFromButton(cell) {
    return during(async () => {
      const outcome = await runWithAllAbove(cell);
      if (outcome === "absent") return "Python could not be loaded; the cell says why.";
      const right = outcome === "finished";
      if (cell.kind === "check") return right ? `${cell.name}: passed.` : `${cell.name}: not yet; it says why.`;
      return right ? `${cell.name} ran.` : `${cell.name}: stopped with a message.`;
    });
  }
  function checkAll() {
    return during(async () => {
      for (const check of checks) {
        const outcome = await runWithAllAbove(check);
        if (outcome !== "finished" && outcome !== "failed") return "Stopped; see the message in the cell.";
      }
      const wrong = checks.filter((check) => !store.state.passed.includes(check.name));
      return wrong.length === 0 ? "All checks passed." : `${checks.length - wrong.length} of ${checks.length} checks passed.`;
    });
  }

  // ---- files

  function download() {
    const sources = Object.fromEntries(editable.map((cell) => [cell.name, cell.source()]));
    const url = URL.createObjectURL(new Blob([notebookFile.write(released, sources)], { type: "application/x-ipynb+json" }));
    element("a", { href: url, download: `${slug}.ipynb` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    downloaded = true;
    status.textContent = `Saved as ${slug}.ipynb: hand in this file.`;
  }
  async function open(file) {
    if (Object.keys(store.state.sources).length > 0 && !confirm(`Replace what stands here by ${file.name}?`)) return;
    let found;
    try {
      if (file.size > 20_000_000) throw new Error("it is larger than any notebook of this course");
      found = notebookFile.read(await file.text(), released);
    } catch (error) {
      note(`${file.name} cannot be opened: ${error.message}. Nothing has changed.`);
      return;
    }
    for (const cell of editable) if (cell.name in found.sources) cell.set(found.sources[cell.name]);
    note(`${file.name} is open.`);
    aside("The notebook has cells of its own, for which this page has no place; they stay in your file.", found.strange);
  }
  function beginAgain() {
    if (!confirm("Put every cell back to the released notebook? What you wrote here is then gone.")) return;
    python.stop();
    store.clear();
    for (const cell of cells) { cell.output.clear(); cell.judge("", ""); cell.set?.(cell.released); }
    keep();
  }

  // ---- the page itself

  const stop = Object.assign(button("Stop", () => python.stop()), { hidden: true });
  const choose = element("input", { type: "file", accept: ".ipynb,application/json", hidden: true });
  choose.addEventListener("change", async () => { if (choose.files[0]) await open(choose.files[0]); choose.value = ""; });
  const bar = element("div", { className: "assignment-bar" },
    element("p", { className: "assignment-buttons" }, button("Check all", checkAll), stop, button("Download my notebook", download)),
    points, status);
  const rare = element("p", { className: "assignment-buttons" },
    button("Open a notebook…", () => choose.click()), button("Begin again", beginAgain), choose);
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "The whole assignment");

  let restored = false;
  store.load();
  const intro = root.querySelector(".assignment-intro");
  intro.append(rare);
  intro.after(notes);
  root.append(bar);
  const lost = restore();
  restored = true;
  if (store.note) note(store.note);
  aside("What you wrote into cells that the assignment no longer has:", lost);
  sayIfNotKept();
  count();
  root.dataset.ready = "";

  addEventListener("storage", (event) => {
    if (event.key === store.key) note("This assignment has changed in another window. Reload to see that; what is typed here last is what stays.");
  });
  addEventListener("beforeunload", (event) => { if (store.problem && !downloaded) event.preventDefault(); });
})();
