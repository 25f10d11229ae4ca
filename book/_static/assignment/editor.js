/* A text field for code: Tab indents, Enter keeps the indentation, Shift+Enter runs.
   Esc, then Tab, leaves the field, so that no reader is caught in it. */
"use strict";

function codeEditor(field, { onRun }) {
  const INDENT = "    ";
  let leaving = false;

  // The browser's own command keeps its history, so that Ctrl+Z works; where it is gone, the text is set plainly.
  function insert(text) {
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input"));
    }
  }
  const lineStart = () => field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;

  function shiftLines(change) {
    const from = lineStart();
    const { selectionEnd: to, value } = field;
    const text = value.slice(from, to).split("\n").map(change).join("\n");
    field.setSelectionRange(from, to);
    insert(text);
    field.setSelectionRange(from, from + text.length);
  }
  function tab(back) {
    const selected = field.value.slice(field.selectionStart, field.selectionEnd);
    if (back) shiftLines((line) => line.replace(/^ {1,4}/, ""));
    else if (selected.includes("\n")) shiftLines((line) => (line === "" ? line : INDENT + line));
    else insert(INDENT.slice((field.selectionStart - lineStart()) % INDENT.length));
  }
  function enter() {
    const before = field.value.slice(lineStart(), field.selectionStart);
    insert(`\n${before.match(/^ */)[0]}${/:\s*$/.test(before) ? INDENT : ""}`);
  }

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Escape") { leaving = true; return; }
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) { event.preventDefault(); onRun(); }
    else if (event.key === "Tab" && plain && !leaving) { event.preventDefault(); tab(event.shiftKey); }
    else if (event.key === "Enter" && plain) { event.preventDefault(); enter(); }
    if (event.key !== "Shift") leaving = false;
  });
  field.addEventListener("focus", () => { leaving = false; });
}

/* A field as tall as its text. */
function growing(field, least) {
  const fit = () => { field.rows = Math.max(least, field.value.split("\n").length); };
  field.addEventListener("input", fit);
  fit();
  return fit;
}
