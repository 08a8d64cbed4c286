// Texts this device kept when their page was sent: dropped once a page names them as saved.
(() => {
  const form = document.getElementById("draft");
  if (!form) return;
  const drop = (name) => {
    try { localStorage.removeItem(name); } catch { /* nothing was kept */ }
  };
  const word = (name) => {
    try { return JSON.parse(localStorage.getItem(name)).sent; } catch { return undefined; }
  };
  const taken = new Set((form.dataset.taken || "").split(" ").filter(Boolean));
  let names = [];
  try { names = Object.keys(localStorage); } catch { /* forbidden: nothing was kept */ }
  for (const name of taken.size ? names : []) {
    if (name.startsWith("kc-draft:") && taken.has(word(name))) drop(name);
  }
  // Two versions side by side: the other one was chosen as a whole.
  const link = document.querySelector("[data-forget]");
  if (link) link.addEventListener("click", () => drop(form.dataset.kept));
})();
