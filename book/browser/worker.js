// Python in a worker: whatever a cell does cannot freeze the page, and the page can end it.
let python, session;

const say = (kind, rest = {}) => postMessage({ kind, ...rest });
const QUIET = { messageCallback: () => {}, errorCallback: () => {} };

async function start({ base, files, wheel }) {
  say("loading", { what: "Python" });
  importScripts(`${base}pyodide.js`);
  python = await loadPyodide({ indexURL: base, stdout: () => {}, stderr: () => {} });
  say("loading", { what: "NumPy" });
  await python.loadPackage("numpy", QUIET);
  python.unpackArchive(Uint8Array.from(atob(wheel), (letter) => letter.charCodeAt(0)).buffer, "wheel");
  python.FS.mkdir("/course");
  for (const [name, text] of Object.entries(files)) python.FS.writeFile(`/course/${name}`, text);
  python.runPython("import sys; sys.path.insert(0, '/course')");
  python.pyimport("autograder.checks"); // NumPy, too: what is missing shows here and not in the student's cell
  session = python.pyimport("runner").Session();
}

// What a cell imports and Pyodide has comes when it is first needed: matplotlib, above all.
async function fetchImports(source) {
  const messageCallback = (text) => { if (text.startsWith("Loading")) say("loading", { what: text.slice("Loading ".length) }); };
  try {
    await python.loadPackagesFromImports(source, { ...QUIET, messageCallback });
  } catch { /* the import itself says what is missing */ }
}

async function run({ id, name, source }) {
  await fetchImports(source);
  say("began", { id });
  try {
    const finished = session.run(name, source, (kind, text, alt) => say("output", { id, part: { kind, text, alt } }));
    say("done", { id, finished });
  } catch (error) {
    say("lost", { id, reason: String(error).slice(-300) });
  }
}

onmessage = async ({ data }) => {
  if (data.kind === "run") return run(data);
  try {
    await start(data);
    say("ready");
  } catch (error) {
    say("absent", { reason: String(error).slice(-300) });
  }
};
