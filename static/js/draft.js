// Comforts of the draft form: sums while typing, rows without a round trip. It works without.
(() => {
  const form = document.getElementById("draft");
  if (!form) return;

  // ---- figures: the server reads them by its own, stricter rules ----
  const UNITS = { ty: 1e9, ti: 1e9, trieu: 1e6, tr: 1e6, nghin: 1e3, ngan: 1e3, k: 1e3, "": 1 };
  const fold = (text) =>
    text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "").trim();

  function number(text) {
    const found = /^(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?$/.exec(text);
    return found ? Number(`${found[1].replaceAll(".", "")}.${found[2] || 0}`) : null;
  }
  // đồng of a box; 0 for an empty one, null for what only the server can judge.
  function money(typed) {
    const body = fold(typed).replace(/\s*(?:vnd|dong|d)$/, "");
    if (!body) return 0;
    const parts = /^([\d.,]+)\s*([a-z]*)$/.exec(body);
    const amount = parts && parts[2] in UNITS ? number(parts[1]) : null;
    const dong = amount === null ? null : amount * UNITS[parts[2]];
    return dong !== null && Math.abs(dong - Math.round(dong)) < 1e-6 ? Math.round(dong) : null;
  }
  const dong = (amount) => String(amount).replace(/\B(?=(\d{3})+$)/g, ".");
  const english = document.documentElement.lang === "en";
  const shown = (text) => (english ? text.replace(/[.,]/g, (c) => (c === "." ? "," : ".")) : text);
  const isMoney = (box) => /-(unit_price|amount|share-|funding-)|^funding-/.test(box.name);

  const box = (row, name) => row.querySelector(`[name$="-${name}"]`);

  function reckon(row) {
    const amount = box(row, "amount");
    const was = box(row, "was");
    if (amount.value.trim() && amount.value.trim() !== was.value) return;
    const quantity = box(row, "quantity").value.trim();
    const count = quantity ? number(quantity) : 1;
    const price = money(box(row, "unit_price").value);
    const product = price && count ? dong(Math.round(count * price)) : "";
    amount.value = was.value = product;
  }

  // Sums of this page's own boxes; what stands beside the form comes from the server.
  function sum() {
    const bySource = {}, byYear = {};
    let all = 0;
    for (const row of form.querySelectorAll("[data-row]")) {
      all += money(box(row, "amount").value) || 0;
      for (const share of row.querySelectorAll("[name*='-share-']")) {
        const code = share.name.split("-share-")[1];
        bySource[code] = (bySource[code] || 0) + (money(share.value) || 0);
      }
    }
    for (const input of form.querySelectorAll("[name^='funding-']")) {
      const code = /^funding-(.+)-\d+$/.exec(input.name)[1];
      byYear[code] = (byYear[code] || 0) + (money(input.value) || 0);
    }
    const put = (cell, amount) => { cell.textContent = shown(dong(amount)); };
    for (const cell of form.querySelectorAll("[data-total=amount]")) put(cell, all);
    for (const cell of form.querySelectorAll("[data-by]")) {
      put(cell, bySource[cell.dataset.by] || 0);
      cell.parentElement.classList.toggle("none", !bySource[cell.dataset.by]);
    }
    for (const cell of form.querySelectorAll("[data-planned]")) put(cell, byYear[cell.dataset.planned] || 0);
    for (const cell of form.querySelectorAll("[data-due]")) {
      cell.classList.toggle("rv", (byYear[cell.dataset.due] || 0) !== Number(cell.dataset.dong));
    }
  }

  // ---- what a typed amount means, while it is typed; written out when the box is left ----
  const meaning = document.createElement("small");
  meaning.className = "eq";
  function explain(input) {
    const amount = money(input.value);
    if (!amount || dong(amount) === input.value.trim()) return meaning.remove();
    meaning.textContent = `= ${shown(dong(amount))} đ`;
    input.after(meaning);
  }

  form.addEventListener("input", (event) => {
    const input = event.target;
    if (input.dataset.narrows) return narrow(input);
    const row = input.closest("[data-row]");
    if (row) reckon(row);
    if (isMoney(input)) explain(input);
    if (row || isMoney(input)) sum();
  });
  function writeOut(input) {
    const amount = isMoney(input) ? money(input.value) : 0;
    if (amount) input.value = dong(amount);
  }
  form.addEventListener("change", (event) => writeOut(event.target));
  form.addEventListener("focusout", () => meaning.remove());

  // ---- what the server could not read or take, said as the page itself says it ----
  // Beside its box, below the row where the boxes stand in a row; gone when the box changes.
  const idOf = (box) => `${box.id}_said`;
  function mark(faults) {
    for (const fault of faults) {
      const box = document.getElementById(fault.box);
      if (!box || !form.contains(box) || document.getElementById(idOf(box))) continue;
      box.setAttribute("aria-invalid", "true");
      const text = document.createElement("p");
      text.className = "err";
      text.textContent = fault.message;
      const place = document.createElement("div");
      place.className = "f bad said-here";
      place.id = idOf(box);
      place.append(text);
      const row = box.closest("[data-row]");
      if (row) row.append(place);
      else (box.closest(".affix, .un") || box).after(place);
      const named = (box.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
      box.setAttribute("aria-describedby", [place.id, ...named].join(" "));
    }
  }
  const SAID = '.said-here, p.err[id$="_error"], .f.bad[id$="_error"]'; // ours, and the page's own
  function unmark(only = null) {
    for (const place of form.querySelectorAll(SAID)) {
      const boxes = [...form.querySelectorAll(`[aria-describedby~="${place.id}"]`)];
      if (only && !boxes.includes(only)) continue;
      if (place.parentElement.matches(".f.bad")) place.parentElement.classList.remove("bad");
      place.remove();
      for (const box of boxes) {
        box.removeAttribute("aria-invalid");
        const named = box.getAttribute("aria-describedby").split(" ");
        const rest = named.filter((id) => id !== place.id);
        if (rest.length) box.setAttribute("aria-describedby", rest.join(" "));
        else box.removeAttribute("aria-describedby");
      }
    }
  }
  form.addEventListener("draft:faults", (event) => {
    unmark();
    mark(event.detail);
  });
  form.addEventListener("input", (event) => unmark(event.target));

  // ---- rows ----
  const blank = document.getElementById("cost-row");
  const rows = document.getElementById("cost-rows");
  function renumber() {
    rows.querySelectorAll("[data-row]").forEach((row, n) => {
      row.querySelector(".n").textContent = n + 1;
      for (const item of row.querySelectorAll("[name]")) {
        item.name = item.name.replace(/^cost_items-\d+/, `cost_items-${n}`);
        if (item.value && item.tagName === "BUTTON") {
          item.value = `remove-cost_items-${n}`;
          const hidden = item.querySelector(".vh");
          hidden.textContent = hidden.textContent.replace(/\d+/, n + 1);
        }
        if (item.id) item.id = item.id.replace(/^id_cost_items-\d+/, `id_cost_items-${n}`);
        const label = item.getAttribute("aria-label");
        if (label) item.setAttribute("aria-label", label.replace(/\d+/, n + 1));
      }
    });
  }
  form.addEventListener("draft:renumber", renumber);
  form.addEventListener("draft:pasted", () => {
    rows.querySelectorAll("[name]").forEach(writeOut);
    rows.querySelectorAll("[data-row]").forEach(reckon);
    sum();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=action]");
    if (!button) return;
    if (button.value === "add-cost_items") {
      event.preventDefault();
      rows.append(blank.content.cloneNode(true));
      renumber();
      rows.lastElementChild.querySelector("textarea").focus();
    } else if (button.value.startsWith("remove-cost_items-")) {
      event.preventDefault();
      button.closest("[data-row]").remove();
      if (!rows.querySelector("[data-row]")) rows.append(blank.content.cloneNode(true));
      renumber();
      sum();
      form.dispatchEvent(new CustomEvent("draft:changed"));
    }
  });
  // Enter in a table moves down, as in a workbook.
  form.addEventListener("keydown", (event) => {
    const row = event.key === "Enter" && event.target.closest("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.target.tagName === "BUTTON") return;
    event.preventDefault();
    const column = event.target.name.replace(/^cost_items-\d+-/, "");
    if (!row.nextElementSibling) {
      rows.append(blank.content.cloneNode(true));
      renumber();
    }
    box(row.nextElementSibling, column).focus();
  });

  // ---- long lists ----
  for (const input of form.querySelectorAll("[data-narrows]")) input.hidden = false;
  function narrow(input) {
    const words = fold(input.value).split(/\s+/);
    for (const label of document.getElementById(input.dataset.narrows).children) {
      const text = fold(label.textContent);
      const ticked = label.querySelector(":checked");
      label.hidden = !ticked && !words.every((word) => text.includes(word));
    }
  }
})();
