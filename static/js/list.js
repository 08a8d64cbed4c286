// Ticks of the list: all rows of the page at once, and how many are chosen.
(() => {
  const boxes = (form) => [...form.querySelectorAll("input[name=chon]")];
  function told(form) {
    const all = form.querySelector("[name=ca]");
    const chosen = boxes(form).filter((box) => box.checked);
    for (const box of boxes(form)) box.closest("tr").classList.toggle("sel", box.checked);
    const page = form.querySelector("[data-page]");
    if (page) {
      page.checked = chosen.length > 0 && chosen.length === boxes(form).length;
      page.indeterminate = chosen.length > 0 && !page.checked;
    }
    const count = form.querySelector("[data-chosen]");
    if (count) count.textContent = all && all.checked ? all.dataset.all : chosen.length;
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.pick");
    if (!form) return;
    if (event.target.matches("[data-page]")) {
      for (const box of boxes(form)) box.checked = event.target.checked;
    }
    told(form);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form.pick").forEach(told));
})();
