// Comforts of the review desk: what a decision asks for, keys, the reason made of what was found.
(() => {
  const form = document.getElementById("ban");
  if (!form) return;
  const box = document.getElementById("dec");
  const reason = form.querySelector("[name=reason]");
  const radios = [...form.querySelectorAll("[name=verb]")];

  const picked = () => radios.find((radio) => radio.checked)?.value || "";
  // Until something is picked the button says so, and leads to the choice.
  const button = form.querySelector("button[data-none]");
  const unpicked = () => radios.length > 0 && !picked();
  const tell = () => {
    if (!button) return;
    if (!unpicked()) {
      button.removeAttribute("aria-disabled");
      return;
    }
    button.textContent = button.dataset.none;
    button.setAttribute("aria-disabled", "true");
  };
  button?.addEventListener("click", (event) => {
    if (!unpicked()) return;
    event.preventDefault();
    radios[0].scrollIntoView({ block: "center" });
    radios[0].focus();
  });

  // How many criteria were judged; what is not met asks for a remark.
  const judged = document.getElementById("da-xet");
  const count = () => {
    const n = form.querySelectorAll("fieldset.cr .tri input:checked").length;
    if (judged) judged.textContent = judged.dataset.count.replace("#", n);
  };
  const ask = (radio) => {
    const row = radio.closest("fieldset.cr");
    if (!row) return;
    const remark = row.querySelector("details");
    remark.open = radio.value === "unmet" || row.querySelector("input.in").value.trim() !== "";
  };

  const boxesOf = (verb) => {
    for (const part of box.querySelectorAll("[data-for]")) {
      part.hidden = radios.length > 0 && !part.dataset.for.split(" ").includes(verb);
    }
  };

  // Reasons of a return: criteria that are not met, remarks that are open.
  const suggested = () => {
    const said = [];
    for (const row of form.querySelectorAll("fieldset.cr")) {
      if (row.querySelector("input[value=unmet]:checked")) {
        const remark = row.querySelector("input.in").value.trim();
        said.push(`${row.dataset.name}: ${remark || form.dataset.unmet}`);
      }
    }
    for (const remark of form.querySelectorAll("[data-said]")) said.push(remark.dataset.said);
    return said.map((text, n) => `${n + 1}. ${text}`).join("\n");
  };
  let last = "";
  const follow = () => {
    if (!reason) return;
    const untouched = reason.value === "" || reason.value === last;
    if (!untouched) return;
    last = reason.value = picked() === "return" ? suggested() : "";
  };

  form.addEventListener("change", (event) => {
    tell();
    count();
    if (event.target.matches(".tri input")) ask(event.target);
  });
  tell();
  count();

  // The queue is opened where the dossier stands in it.
  const queue = document.querySelector("aside.queue");
  const current = queue?.querySelector("a[aria-current]");
  if (current) queue.scrollTop = current.offsetTop - queue.clientHeight / 2;

  if (box) {
    form.addEventListener("change", (event) => {
      if (event.target.name === "verb") boxesOf(picked());
      if (event.target !== reason) follow();
    });
    boxesOf(picked());
    follow();
  }

  // Words typed for a part of the dossier tick that part.
  form.addEventListener("input", (event) => {
    if (!event.target.name.startsWith("point-")) return;
    const tick = form.elements[event.target.name.replace("point-", "need-")];
    if (event.target.value.trim()) tick.checked = true;
  });

  // The comment box, at the place that was pointed at.
  const text = document.getElementById("id_remark-text");
  const comment = (field) => {
    if (!text) return;
    if (field !== undefined) document.getElementById("id_remark-field").value = field;
    document.getElementById("y-kien").scrollIntoView({ block: "center" });
    text.focus();
  };
  document.addEventListener("click", (event) => {
    const pin = event.target.closest("[data-pin]");
    if (!pin || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    comment(pin.dataset.pin);
  });
  if (location.hash === "#y-kien") comment();

  // Keys; whoever types, or turned them off, is left alone.
  const help = document.getElementById("phim");
  const off = document.getElementById("phim-off");
  const stored = "desk-keys-off";
  off.checked = localStorage.getItem(stored) === "1";
  off.addEventListener("change", () => localStorage.setItem(stored, off.checked ? "1" : "0"));
  const go = (step) => {
    const links = [...document.querySelectorAll(".queue li a")];
    const here = links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[here < 0 ? 0 : here + step];
    if (next) location.assign(next.href);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select")) return;
    if (event.key === "?") {
      event.preventDefault();
      help.showModal();
      return;
    }
    if (off.checked) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (key === "c" && text) {
      event.preventDefault();
      comment();
    }
  });
})();
