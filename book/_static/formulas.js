/* Typesets the formulas of a page a few at a time, so that the page answers meanwhile: first those near the screen,
   then the others, all within the first seconds, and what is left at once when the page is printed.
   Whoever jumps to a place, or returns to it, gets all of them at once: it must not move any more.
   MathJax reads its settings from window.MathJax when it starts, and `MathJax.startup.promise` is kept when every
   formula stands. */
(() => {
  const SLICE = 6; // milliseconds; on a phone that is four times slower the next frame still comes in time
  const EARLY = "100%"; // of the screen, above and below it
  const PARTS = ["core", "input/tex", "output/chtml", "a11y/assistive-mml"];
  const waiting = new Set(); // in the order of the page
  const near = new Set();

  const idle = () => new Promise((go) =>
    "requestIdleCallback" in window ? requestIdleCallback(go, { timeout: 200 }) : setTimeout(go));

  function take() {
    const [formula] = near.size ? near : waiting;
    near.delete(formula);
    waiting.delete(formula);
    return formula;
  }

  function watch() {
    const watcher = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting) near.delete(target);
        else if (waiting.has(target)) near.add(target);
      }
    }, { rootMargin: `${EARLY} 0px` });
    for (const formula of waiting) watcher.observe(formula);
    return watcher;
  }

  // MathJax would measure the letters around each formula, which lays the whole page out anew, only to scale its own
  // letters by them; ours are not scaled (chtml.matchFontHeight), so what is left of it is the size of the text.
  function measureOnce(output) {
    const em = parseFloat(getComputedStyle(document.body).fontSize), width = document.body.clientWidth;
    output.getMetrics = (page) => { for (const formula of page.math) formula.setMetrics(em, em / 2, width, 1e6, 1); };
  }

  const rest = () => { const formulas = [...waiting]; waiting.clear(); near.clear(); return formulas; };

  async function typesetAll() {
    measureOnce(MathJax.startup.output);
    for (const formula of document.querySelectorAll("span.math, div.math")) waiting.add(formula);
    const page = document.documentElement;
    if (page.classList.contains("js") && !page.classList.contains("in-parts")) {
      await MathJax.typesetPromise(rest());
      const [visit] = performance.getEntriesByType("navigation");
      if (visit?.type === "navigate" && !touched) document.querySelector(":target")?.scrollIntoView({ behavior: "instant" });
      return;
    }
    const watcher = watch();
    while (waiting.size) {
      await idle();
      const end = performance.now() + SLICE;
      while (waiting.size && performance.now() < end) {
        const formula = take();
        watcher.unobserve(formula);
        await MathJax.typesetPromise([formula]).catch((error) => console.error(error));
      }
    }
    watcher.disconnect();
  }

  addEventListener("beforeprint", () => { if (waiting.size) MathJax.typeset(rest()); });
  let touched = false; // then the reader is on the way elsewhere
  for (const deed of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(deed, () => { touched = true; }, { once: true, passive: true });

  function failed(error) { // formulas can be read as their source
    document.documentElement.classList.add("as-source");
    console.error(error);
  }
  window.MathJax = { ...window.MathJax, loader: { load: PARTS, failed }, startup: { pageReady: typesetAll } };
})();
