/* What a term means, beside the word: at the pointer, at focus, and at the first tap (the second follows the link).
   Escape closes it; the pointer may move onto it. */
(() => {
  const { element } = window.course;
  const tip = element("div", { id: "term-tip", className: "term-tip", hidden: true });
  tip.setAttribute("role", "tooltip");
  document.body.append(tip);
  let shown = null, leaving = 0;

  function show(link) {
    clearTimeout(leaving);
    if (shown === link) return;
    hide();
    const { zh, meaning } = link.dataset;
    tip.replaceChildren(...(zh ? [element("strong", { lang: "zh", textContent: zh }), " "] : []), meaning);
    tip.hidden = false;
    shown = link;
    link.setAttribute("aria-describedby", tip.id);
    place();
  }
  function place() {
    const word = shown.getClientRects()[0], edge = document.documentElement.clientWidth, { offsetWidth: width, offsetHeight: height } = tip;
    const below = word.bottom + height + 12 < innerHeight;
    tip.style.left = `${scrollX + Math.max(8, Math.min(word.left, edge - width - 8))}px`;
    tip.style.top = `${scrollY + (below ? word.bottom + 6 : word.top - height - 6)}px`;
  }
  function hide() {
    clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  }
  // A figure that starts above moves the word, and the tip must not come to lie on it.
  new ResizeObserver(() => { if (shown) place(); }).observe(document.body);
  const soon = () => { clearTimeout(leaving); leaving = setTimeout(hide, 250); };

  for (const link of document.querySelectorAll("a.term")) {
    let touched = false;
    link.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch" && shown !== link; });
    link.addEventListener("click", (event) => { if (touched) { event.preventDefault(); show(link); touched = false; } });
    link.addEventListener("pointerenter", (event) => { if (event.pointerType !== "touch") show(link); });
    link.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") soon(); });
    link.addEventListener("focus", () => { if (!touched) show(link); });
    link.addEventListener("blur", soon);
  }
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", soon);
  addEventListener("keydown", (event) => { if (event.key === "Escape" && shown) hide(); });
  addEventListener("pointerdown", (event) => { if (shown && !tip.contains(event.target) && event.target.closest("a.term") !== shown) hide(); });
})();
