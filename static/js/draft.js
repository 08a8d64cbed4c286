// Adds up the cost table while it is typed. The server reads the same figures by its own rules.
(() => {
  const form = document.getElementById("draft");
  if (!form) return;
  const UNITS = { "": 1, đ: 1, đồng: 1, tr: 1e6, triệu: 1e6, trieu: 1e6, tỷ: 1e9, tỉ: 1e9, ty: 1e9 };

  function read(box) {
    const typed = box.value.normalize("NFC").trim().toLowerCase();
    const parts = /^([\d.,\s]+)\s*([a-zđồệỷỉ]*)$/u.exec(typed);
    if (!parts || !(parts[2] in UNITS)) return null;
    const [whole, decimals = "", more] = parts[1].replace(/\s/g, "").split(",");
    if (more !== undefined || (whole.includes(".") && !/^\d{1,3}(\.\d{3})+$/.test(whole))) return null;
    const amount = Number(`${whole.replaceAll(".", "")}.${decimals}`) * UNITS[parts[2]];
    return Number.isFinite(amount) ? Math.round(amount) : null;
  }

  const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ".");

  function reckon(row) {
    const price = row.querySelector('[data-cost="unit_price"]');
    const quantity = row.querySelector('[data-cost="quantity"]');
    const out = row.querySelector("[data-amount]");
    const each = read(price);
    const count = quantity.value.trim() ? Number(quantity.value.replace(",", ".")) : 1;
    out.textContent = each && count > 0 ? grouped(Math.round(each * count)) : "–";
  }

  form.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) reckon(row);
  });
  // Enter in a box must not press the first button of the page.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
})();
