/* What a reader did is kept in this browser and nowhere else; the other scripts of the course use `course.store`. */
window.course = (() => {
  const PREFIX = "gradients:";

  // Where storage is blocked or full, answers last until the page is left.
  const memory = new Map();
  const store = {
    kept: true,
    get(name) {
      if (!store.kept && memory.has(name)) return memory.get(name);
      try { return JSON.parse(localStorage.getItem(PREFIX + name)); } catch { return memory.get(name) ?? null; }
    },
    set(name, value) {
      memory.set(name, value);
      try { localStorage.setItem(PREFIX + name, JSON.stringify(value)); } catch { store.kept = false; }
    },
    remove(name) {
      memory.delete(name);
      try { localStorage.removeItem(PREFIX + name); } catch { store.kept = false; }
    },
    names() {
      let stored = [];
      try { stored = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)); } catch { store.kept = false; }
      return [...new Set([...memory.keys(), ...stored.map((key) => key.slice(PREFIX.length))])];
    },
  };

  // The work on assignments is written and read by assignment/store.js; here it is counted, saved and deleted.
  const WORK = "gradients-assignment:";
  const work = {
    key: (slug) => WORK + slug,
    // The texts that are kept, by assignment; also those that could not be read, `<slug>:unreadable`.
    all() {
      try {
        const keys = Object.keys(localStorage).filter((key) => key.startsWith(WORK));
        return new Map(keys.map((key) => [key.slice(WORK.length), localStorage.getItem(key)]));
      } catch { return new Map(); }
    },
    set(slug, text) { try { localStorage.setItem(WORK + slug, text); return true; } catch { store.kept = false; return false; } },
    remove(slug) { try { localStorage.removeItem(WORK + slug); } catch { store.kept = false; } },
  };
  const notKept = () => (store.kept ? "" : " Your browser does not let this site keep it after you leave the page.");

  function element(tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }
  const status = (className) => {
    const node = element("p", { className });
    node.setAttribute("role", "status");
    return node;
  };

  return { store, work, notKept, element, status };
})();
