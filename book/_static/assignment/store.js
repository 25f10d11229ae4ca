/* What a reader wrote into an assignment, kept in this browser, and the notebook made from it.
   Kept is only what differs from the released notebook, under the assignment's own name. */
"use strict";

function assignmentStore(slug, release) {
  const KEY = window.course.work.key(slug);
  const VERSION = 1;
  const empty = () => ({ version: VERSION, release, sources: {}, passed: [] });
  const isText = (value) => typeof value === "string";

  // What stands under the key, or null; anything of another form counts as unreadable.
  function read(text) {
    const saved = JSON.parse(text);
    const sources = saved?.sources;
    if (saved?.version !== VERSION || typeof sources !== "object" || sources === null || !Object.values(sources).every(isText)) {
      throw new Error("another form");
    }
    const passed = Array.isArray(saved.passed) ? saved.passed.filter(isText) : [];
    return { version: VERSION, release: String(saved.release), sources, passed };
  }

  const store = {
    state: empty(),
    problem: null, // why nothing can be kept
    note: null, // what became of an earlier visit's work
    key: KEY,
    load() {
      let text = null;
      try {
        text = localStorage.getItem(KEY);
        localStorage.setItem(`${KEY}:try`, "");
        localStorage.removeItem(`${KEY}:try`);
      } catch (error) {
        store.problem = told(error);
      }
      if (text === null) return;
      try {
        store.state = read(text);
      } catch {
        store.note = "What this browser kept of an earlier visit cannot be read; the page begins with the released notebook.";
        try { localStorage.setItem(`${KEY}:unreadable`, text); } catch { /* then it is only in the old place, until the next change */ }
        return;
      }
      if (store.state.release !== release) {
        store.note = "The assignment has been revised since your last visit. Your code is kept; run the checks again.";
        store.state.release = release;
        store.state.passed = [];
      }
    },
    save() {
      try {
        localStorage.setItem(KEY, JSON.stringify(store.state));
        store.problem = null;
      } catch (error) {
        store.problem = told(error);
      }
    },
    clear() {
      store.state = empty();
      try { localStorage.removeItem(KEY); } catch (error) { store.problem = told(error); }
    },
  };

  function told(error) {
    return error?.name === "QuotaExceededError" ? "this browser’s storage for the site is full" : "this browser does not let the site store anything";
  }
  return store;
}

/* nbformat's own layout: one blank a level, sources as lists of lines, a newline at the end.
   An untouched notebook comes out as the bytes that were released. */
const notebookFile = {
  join: (source) => (Array.isArray(source) ? source.join("") : source),
  lines: (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [],
  write(released, sources) {
    const cells = released.cells.map((cell) => (
      cell.id in sources ? { ...cell, source: notebookFile.lines(sources[cell.id]) } : cell));
    return `${JSON.stringify({ ...released, cells }, null, 1)}\n`;
  },
  // The sources of a notebook's cells by name, and what of it the page cannot take.
  read(text, released) {
    let cells;
    try { ({ cells } = JSON.parse(text)); } catch { throw new Error("it is not a notebook: its text is not JSON"); }
    if (!Array.isArray(cells)) throw new Error("it is not a notebook: it has no cells");
    const ours = new Map(released.cells.map((cell) => [cell.id, cell]));
    const sources = {}, strange = [];
    for (const cell of cells) {
      const name = cell?.metadata?.nbgrader?.grade_id ?? cell?.id;
      const source = notebookFile.join(cell?.source ?? "");
      if (typeof source !== "string") throw new Error("one of its cells has no text");
      if (ours.has(name)) sources[name] = source;
      else if (source.trim() !== "") strange.push(source);
    }
    if (!released.cells.some((cell) => cell.metadata.nbgrader?.solution && cell.id in sources)) {
      throw new Error("it is a notebook of another assignment");
    }
    return { sources, strange };
  },
};
