/* One cell of an assignment: its field or its text, its buttons, and what it says. */
"use strict";

const { element } = window.course;
const button = (text, onClick, className = "course-button") => {
  const node = element("button", { type: "button", className, textContent: text });
  node.addEventListener("click", onClick);
  return node;
};

/* What a cell prints, shows and complains of. */
function cellOutput(place) {
  const box = element("div", { className: "cell-said", hidden: true });
  place.append(box);
  let last = null;

  // "Read again: chapter "he", section "the fans"." becomes a way there.
  function linked(text) {
    const [whole, chapter, section] = text.match(/chapter "(\w+)"(?:, section "([^"]+)")?/) ?? [];
    if (!whole) return [text];
    const [before, ...after] = text.split(whole);
    const anchor = section ? `#${section.replaceAll(" ", "-")}` : "";
    return [before, element("a", { href: `../book/${chapter}.html${anchor}`, textContent: whole }), after.join(whole)];
  }
  return {
    clear() { box.replaceChildren(); box.hidden = true; last = null; },
    add({ kind, text, alt }) {
      box.hidden = false;
      if (kind === "picture") {
        box.append(element("img", { src: `data:image/png;base64,${text}`, alt }));
        last = null;
      } else if (kind === "text" && last) last.append(text);
      else {
        const said = element("pre", { className: `said-${kind}`, tabIndex: 0 }, ...(kind === "error" ? linked(text) : [text]));
        box.append(said);
        last = kind === "text" ? said : null;
      }
    },
    // A sentence of the page's own.
    say(...words) { box.hidden = false; box.append(element("p", {}, ...words)); last = null; },
  };
}

const PLACEHOLDER = "YOUR ANSWER HERE";

/* The text that belongs to a cell and can be changed. An answer in words is shown without the question above it. */
function cellText(cell, field) {
  const released = notebookFile.join(cell.source);
  const question = released.endsWith(PLACEHOLDER) ? released.slice(0, -PLACEHOLDER.length) : "";
  let before = question;
  return {
    released,
    get() {
      if (cell.cell_type === "code") return field.value;
      return field.value.trim() === "" && before === question ? released : before + field.value;
    },
    set(source) {
      before = source.startsWith(question) ? question : "";
      const text = source.slice(before.length);
      field.value = cell.cell_type === "markdown" && text === PLACEHOLDER ? "" : text;
      field.dispatchEvent(new Event("input"));
    },
  };
}

/* A cell on the page. `actions` are what its buttons do; `changed` is told when its text is another one. */
function assignmentCell(cell, place, { run, changed }) {
  const { kind } = place.dataset, name = cell.id;
  const one = { name, kind, points: Number(place.dataset.points ?? 0), place, source: () => notebookFile.join(cell.source) };
  const bar = element("p", { className: "cell-bar" });
  const verdict = element("span", { className: "cell-verdict" });
  const go = () => run(one);

  if (kind === "solution" || kind === "experiment" || kind === "answer") {
    const code = kind !== "answer";
    const label = code ? `Code of ${name}` : "Your answer, in Markdown";
    const field = element("textarea", { id: `code-${name}`, className: code ? "code" : "words", spellcheck: !code, autocapitalize: "off", autocomplete: "off" });
    field.setAttribute("aria-label", label);
    if (code) {
      field.setAttribute("autocorrect", "off");
      field.setAttribute("aria-describedby", "editor-keys");
      field.wrap = "off";
      codeEditor(field, { onRun: go });
    } else field.placeholder = "Your answer";
    const text = cellText(cell, field);
    const reset = button("Reset", () => {
      const before = text.get();
      if (before === text.released) return;
      text.set(text.released);
      undo.hidden = false;
      undo.onclick = () => { text.set(before); undo.hidden = true; field.focus(); };
    });
    const undo = Object.assign(button("Undo the reset", () => {}), { hidden: true });
    growing(field, code ? 3 : 5);
    text.set(text.released);
    field.addEventListener("input", () => { undo.hidden = true; changed(one); });
    if (code) bar.append(button("Run", go), " ");
    bar.append(reset, " ", undo);
    place.querySelector(".highlight, .placeholder")?.replaceWith(field);
    Object.assign(one, { field, source: text.get, set: text.set, released: text.released, reset });
  } else if (kind === "check") {
    const points = `${one.points} ${one.points === 1 ? "point" : "points"}`;
    bar.append(button(`Check (${points})`, go, "course-button check-button"));
  }
  if (kind !== "given") bar.append(" ", verdict);
  place.append(bar);
  one.output = cellOutput(place);
  one.judge = (state, words) => { verdict.textContent = words; place.dataset.state = state; };
  return one;
}
