/* The search field, in its dialog (Ctrl+K) and on the page of results. The index is loaded with the first letter.
   Results are links: Tab and the arrow keys lead through them, Enter in the field opens the page of results. */
(() => {
  const root = new URL(document.documentElement.dataset.content_root || "./", location.href);
  const { element, status } = window.course;
  const MOST = 30, FIRST = 8;

  let engine = null;
  function load() {
    engine ??= import(new URL("pagefind/pagefind.js", root)).then(async (pagefind) => {
      await pagefind.options({ baseUrl: root.pathname, excerptLength: 24 });
      return pagefind;
    });
    return engine;
  }

  // pagefind escapes the text of an excerpt and adds <mark>; nothing else may come in.
  function marked(html) {
    const holder = new DOMParser().parseFromString(html, "text/html").body;
    return [...holder.childNodes].map((node) =>
      node.nodeName === "MARK" ? element("mark", { textContent: node.textContent }) : node.textContent);
  }

  function entry({ url, meta, excerpt, sub_results: parts = [] }) {
    const link = element("a", { href: meta.address ? new URL(meta.address, root) : url, textContent: meta.title.replace(/#$/, "") });
    const text = meta.meaning ? [meta.meaning] : marked(excerpt);
    const sections = parts.filter((part) => part.url.includes("#") && part.title !== meta.title).slice(0, 3);
    const list = sections.map((part) => element("li", {}, element("a", { href: part.url, textContent: part.title.replace(/#$/, "") })));
    return element("li", {}, link, element("p", {}, ...text), ...(list.length ? [element("ul", {}, ...list)] : []));
  }

  function searching(form) {
    const field = form.querySelector("input"), inDialog = form.closest("dialog") !== null;
    const state = status("search-state");
    const list = element("ol", { className: "search-results" });
    form.after(state, list);
    let latest = 0;

    async function show() {
      const words = field.value.trim(), mine = ++latest;
      if (words === "") { state.textContent = ""; list.replaceChildren(); return; }
      try {
        const pagefind = await load();
        const { results } = await pagefind.search(words);
        const found = await Promise.all(results.slice(0, inDialog ? FIRST : MOST).map((result) => result.data()));
        if (mine !== latest) return; // a later letter has overtaken this one
        list.replaceChildren(...found.map(entry));
        const count = results.length;
        state.textContent = count === 0 ? `Nothing was found for “${words}”.` : `${count} ${count === 1 ? "place" : "places"} for “${words}”`
          + (count > found.length ? `, the best ${found.length} below.` : ".");
      } catch (error) {
        engine = null;
        list.replaceChildren();
        state.textContent = location.protocol === "file:"
          ? "A browser does not let a page search when it was opened as a file: serve the folder, for instance by python -m http.server."
          : "The search could not be loaded. Is the network there? Try again.";
        if (location.protocol !== "file:") console.error(error);
      }
    }

    let waiting = 0;
    field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
    field.addEventListener("focus", () => load().catch(() => { engine = null; }), { once: true });
    form.parentElement.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], links = [...list.querySelectorAll("a")];
      if (!step || links.length === 0) return;
      const next = links.indexOf(document.activeElement) + step;
      event.preventDefault();
      (links[next] ?? (next < 0 ? field : document.activeElement)).focus();
    });
    // A link into the page that is open closes the dialog.
    list.addEventListener("click", (event) => { if (event.target.closest("a")) form.closest("dialog")?.close(); });
    if (!inDialog) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        history.replaceState(null, "", `?q=${encodeURIComponent(field.value.trim())}`);
        show();
      });
      field.value = new URLSearchParams(location.search).get("q") ?? "";
      field.focus();
      show();
    }
  }

  for (const form of document.querySelectorAll("form.bd-search")) searching(form);
})();
