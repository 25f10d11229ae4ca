/* Chapters that the reader has marked as done: the mark, ticks in the table of contents, and the page of all. */
(() => {
  const { store, work, notKept, element, status } = window.course;
  const key = (chapter) => `done-${chapter}`;
  const day = (date) => new Date(date).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
  // What is kept may be old or damaged: only a date counts as done.
  const done = (chapter) => {
    const value = store.get(key(chapter));
    return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : null;
  };
  const answered = (name) => {
    const value = store.get(name);
    return (Array.isArray(value) || typeof value === "string") && value.length > 0;
  };
  const button = (textContent, act) => {
    const node = element("button", { type: "button", className: "course-button", textContent });
    node.addEventListener("click", act);
    return node;
  };

  function ticks() {
    for (const link of document.querySelectorAll(".bd-sidenav a.reference.internal")) {
      const chapter = new URL(link.href).pathname.match(/\/book\/(\w+)\.html$/)?.[1], old = link.querySelector(".done-tick");
      if (!chapter || !done(chapter)) { old?.remove(); continue; }
      if (!old) link.append(element("span", { className: "done-tick" }, " ✓", element("span", { className: "visually-hidden", textContent: " (done)" })));
    }
  }

  function mark(place) {
    const { chapter } = place.dataset, state = status("done-state");
    const press = button("Mark this chapter as done", () => {
      if (done(chapter)) store.remove(key(chapter));
      else store.set(key(chapter), new Date().toISOString());
      show();
    });
    function show() {
      const date = done(chapter);
      press.setAttribute("aria-pressed", String(date !== null));
      state.textContent = date ? `Done on ${day(date)}.${notKept()}` : "";
      ticks();
    }
    place.append(press, state);
    show();
  }

  function row(mark) {
    const line = mark.closest("tr");
    for (const kind of ["quiz", "predict"]) {
      const names = JSON.parse(mark.dataset[kind]);
      const count = names.filter(answered).length;
      line.querySelector(`.progress-${kind}`).textContent = names.length ? `${count} of ${names.length}` : "–";
    }
    const date = done(mark.dataset.chapter);
    mark.textContent = date ? `✓ ${day(date)}` : "–";
  }

  function exported() {
    const answers = Object.fromEntries(store.names().map((name) => [name, store.get(name)]));
    return JSON.stringify({ course: "gradients", saved: new Date().toISOString(), answers, work: Object.fromEntries(work.all()) }, null, 1);
  }

  function imported(text) {
    let data = null;
    try { data = JSON.parse(text); } catch { /* said below */ }
    if (data?.course !== "gradients" || typeof data.answers !== "object" || data.answers === null) return null;
    const kept = Object.entries(data.answers).filter(([name]) => /^(quiz|predict|done)-[a-z0-9_-]+$/.test(name));
    for (const [name, value] of kept) store.set(name, value);
    // Work that stands here is not overwritten: two hours may lie in it. Its page judges what it finds.
    const own = work.all(), brought = Object.entries(data.work ?? {}).filter(([slug, text]) => /^\w+$/.test(slug) && typeof text === "string");
    const taken = brought.filter(([slug, text]) => !own.has(slug) && work.set(slug, text)).map(([slug]) => slug);
    const left = brought.filter(([slug, text]) => own.has(slug) && own.get(slug) !== text).map(([slug]) => slug);
    return { count: kept.length, taken, left };
  }

  function told({ count, taken, left }, name) {
    const words = [...(count > 0 || taken.length === 0 ? [String(count)] : []), ...(taken.length > 0 ? [`your work on ${taken.join(", ")}`] : [])];
    const stays = left.length === 0 ? "" : `Your work on ${left.join(", ")} in this browser differs and stays as it is. `;
    return `${words.join(" and ")} taken from ${name}. ${stays}`;
  }

  function tools(place) {
    const state = status("kept-state"), file = element("input", { type: "file", accept: ".json,application/json", hidden: true });
    function show(said = "") {
      document.querySelectorAll(".progress-done").forEach(row);
      ticks();
      const count = store.names().length, slugs = [...work.all().keys()].filter((name) => !name.includes(":"));
      const things = [
        ...(count > 0 ? [`${count} ${count === 1 ? "entry" : "entries"}`] : []),
        ...(slugs.length > 0 ? [`your work on ${slugs.length === 1 ? "the assignment" : "the assignments"} ${slugs.sort().join(", ")}`] : []),
      ];
      const one = count + slugs.length === 1 || (count === 0 && slugs.length > 0);
      state.textContent = said + (things.length === 0 ? "Nothing is kept." : `${things.join(" and ")} ${one ? "is" : "are"} kept in this browser.`) + notKept();
    }
    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      const found = imported(await chosen.text());
      file.value = "";
      show(found === null ? `${chosen.name} is not a file that this page has saved; nothing was changed. ` : told(found, chosen.name));
    });
    place.append(state,
      button("Save as a file", () => {
        const link = element("a", { download: "progress.json", href: URL.createObjectURL(new Blob([exported()], { type: "application/json" })) });
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      }),
      button("Take from a file", () => file.click()), file,
      button("Delete everything", () => {
        if (!confirm("Delete all answers and marks of this course, and your work on its assignments, from this browser? This cannot be undone.")) return;
        for (const name of store.names()) store.remove(name);
        for (const name of work.all().keys()) work.remove(name);
        show();
      }));
    addEventListener("storage", () => show()); // another tab
    show();
  }

  ticks();
  document.querySelectorAll(".mark-done").forEach(mark);
  document.querySelectorAll(".progress-tools").forEach(tools);
})();
