// A block of cells pasted from a workbook fills the cost table; the table is copied out the same.
// Without it the box «Dán từ Excel» below the table does the same by one press.
(() => {
  const form = document.getElementById("draft");
  const rows = document.getElementById("cost-rows");
  const blank = document.getElementById("cost-row");
  if (!form || !rows || !blank) return;

  const MOST = 200;
  const columnOf = (box) => box.name.replace(/^cost_items-\d+-/, "");
  const isCell = (box) => box.name && !["hidden", "checkbox"].includes(box.type) && !box.readOnly;
  const cells = (row) => [...row.querySelectorAll("input, textarea")].filter(isCell);
  const fold = (text) =>
    text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "").trim();

  // Cells as a workbook puts them on the clipboard: tabs, line ends, quotes around both.
  function block(text) {
    const table = [];
    let line = [], cell = "", quoted = false;
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let at = 0; at < source.length; at += 1) {
      const sign = source[at];
      if (quoted) {
        if (sign === '"' && source[at + 1] === '"') { cell += '"'; at += 1; }
        else if (sign === '"') quoted = false;
        else cell += sign === "\n" ? " " : sign;
      } else if (sign === '"' && cell === "") quoted = true;
      else if (sign === "\t") { line.push(cell); cell = ""; }
      else if (sign === "\n") { table.push([...line, cell]); line = []; cell = ""; }
      else cell += sign;
    }
    table.push([...line, cell]);
    return table.map((found) => found.map((text) => text.trim()));
  }
  const isHeading = (line) => {
    const said = line.map(fold);
    return said.some((text) => text.includes("don gia")) && said.some((text) => /noi dung|hang muc/.test(text));
  };

  function rowAt(number) {
    while (rows.querySelectorAll("[data-row]").length <= number) {
      rows.append(blank.content.cloneNode(true));
    }
    return rows.querySelectorAll("[data-row]")[number];
  }

  form.addEventListener("paste", (event) => {
    const box = event.target;
    const row = box.closest && box.closest("[data-row]");
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!row || !isCell(box) || !/[\t\n\r]/.test(text.trimEnd())) return;
    event.preventDefault();
    let table = block(text).filter((line) => line.some(Boolean));
    if (table.length && isHeading(table[0])) table = table.slice(1);
    const first = [...rows.querySelectorAll("[data-row]")].indexOf(row);
    table = table.slice(0, MOST - first);
    const column = cells(row).indexOf(box);
    // The numbers of the rows follow when the table stands.
    table.forEach((line, n) => rowAt(first + n));
    form.dispatchEvent(new CustomEvent("draft:renumber"));
    table.forEach((line, n) => {
      const target = cells(rowAt(first + n)).slice(column);
      line.slice(0, target.length).forEach((text, at) => { target[at].value = text; });
    });
    form.dispatchEvent(new CustomEvent("draft:pasted"));
    form.dispatchEvent(new CustomEvent("draft:changed"));
    const said = document.getElementById("pasted");
    if (said) said.textContent = said.dataset.text.replace("{n}", table.length);
  });

  // ---- out again, as cells ----
  const quote = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const copy = document.querySelector("[data-copy-table]");
  if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async (event) => {
      event.preventDefault();
      const lines = [...rows.querySelectorAll("[data-row]")]
        .map((row) => cells(row).map((box) => quote(box.value.trim())))
        .filter((line) => line.some(Boolean));
      const text = lines.map((line) => line.join("\t")).join("\n");
      const said = document.getElementById("pasted");
      try {
        await navigator.clipboard.writeText(text);
        if (said) said.textContent = said.dataset.copied.replace("{n}", lines.length);
      } catch {
        // Where the browser keeps the clipboard to itself: shown, selected, to be copied by hand.
        const box = document.querySelector("[name=block]");
        if (!box) return;
        box.closest("details")?.setAttribute("open", "");
        box.value = text;
        box.select();
      }
    });
  }

  // ---- arrows move between rows, as in a workbook ----
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = step && event.target.closest && event.target.closest("[data-row]");
    if (!row || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const box = event.target;
    if (box.tagName === "SELECT" || (box.tagName === "TEXTAREA" && /\n/.test(box.value))) return;
    const all = [...rows.querySelectorAll("[data-row]")];
    const target = all[all.indexOf(row) + step];
    if (!target) return;
    event.preventDefault();
    const next = target.querySelector(`[name$="-${columnOf(box)}"]`);
    if (next) { next.focus(); if (next.select) next.select(); }
  });
})();
