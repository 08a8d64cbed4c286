// Comforts only: every page works without this file.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus();
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const find = document.getElementById("find");
    if (find && find.offsetParent) {
      event.preventDefault();
      find.focus();
    }
  });

  function closeMenus(except) {
    for (const menu of document.querySelectorAll(".menu[open]")) {
      if (menu === except) continue;
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  }
  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest(".menu"));
    const button = event.target.closest("form button[aria-expanded]");
    if (!button) return;
    const open = button.closest("form").classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });

  // A second press on a form that is under way does nothing. The button is not disabled:
  // its own name and value must go with the form.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.busy) event.preventDefault();
    form.dataset.busy = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(release, 10000, form); // an answer that is a file leaves the page standing
  });
  const release = (form) => {
    delete form.dataset.busy;
    form.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", () => document.querySelectorAll("[data-busy]").forEach(release));

  // The button of a decision says again which decision it is.
  for (const button of document.querySelectorAll("button[data-repeats]")) {
    const form = button.closest("form");
    const said = () => {
      const picked = form.querySelector(`[name="${button.dataset.repeats}"]:checked`);
      const label = picked && picked.closest("label");
      if (label) button.textContent = (label.querySelector("b") || label).textContent.trim();
    };
    form.addEventListener("change", said);
    said();
  }

  const net = document.getElementById("net");
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
  // What asks again and again rests while nobody looks.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.closest("[data-poll]")) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) release(form);
    if (net) net.hidden = event.detail.xhr.status !== 0 && event.detail.xhr.status < 500;
  });
})();
