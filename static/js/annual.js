// Sums while ticking a list or answering for it, and what is left; «Tính lại» does the same.
(() => {
  const list = document.getElementById("ap");
  const decision = document.getElementById("qd");
  const form = list || decision;
  const room = form && form.querySelector("[data-room]");
  if (!room) return;
  const write = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 });
  const trieu = (dong) => write.format(Math.round(dong / 1000) / 1000);

  function show(sum) {
    const left = Number(room.dataset.available) - sum;
    const allotted = "allotted" in room.dataset;
    room.querySelector("[data-sum]").textContent = trieu(sum);
    if (allotted) room.querySelector("[data-left]").textContent = trieu(left);
    room.querySelector("[data-left]").classList.toggle("rv", allotted && left < 0);
    room.querySelector("[data-short]").hidden = !(allotted && left < 0);
  }

  // ---- the list: what is ticked ----
  const boxes = [...form.querySelectorAll("input[name=chon]")];
  function ticked() {
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr").classList.toggle("sel", box.checked);
    form.querySelector("[data-count]").textContent = chosen.length;
    show(chosen.reduce((total, box) => total + Number(box.dataset.amount), 0));
  }

  // ---- the decision: the boxes of what is approved; the server reads them by stricter rules ----
  const UNITS = { ty: 1e9, ti: 1e9, trieu: 1e6, tr: 1e6, nghin: 1e3, ngan: 1e3, k: 1e3, "": 1 };
  function money(typed) {
    const plain = typed.toLowerCase().replaceAll("đ", "d").normalize("NFD");
    const body = plain.replace(/[\u0300-\u036f]/g, "").trim().replace(/\s*(?:vnd|dong|d)$/, "");
    const parts = /^(\d{1,3}(?:[. ]\d{3})+|\d+)(?:,(\d+))?\s*([a-z]*)$/.exec(body);
    if (!parts || !(parts[3] in UNITS)) return 0;
    return Math.round(Number(`${parts[1].replace(/[. ]/g, "")}.${parts[2] || 0}`) * UNITS[parts[3]]);
  }
  function approved() {
    let sum = 0;
    for (const row of form.querySelectorAll("[data-answer]")) {
      const answer = row.querySelector("input[type=radio]:checked");
      if (!answer || answer.value !== form.dataset.yes) continue;
      for (const box of row.querySelectorAll("[data-counts]")) sum += money(box.value);
    }
    show(sum);
  }

  if (list) {
    form.addEventListener("change", (event) => event.target.name === "chon" && ticked());
    addEventListener("pageshow", () => boxes.length && ticked());
  } else {
    form.addEventListener("input", approved);
    addEventListener("pageshow", approved);
  }
})();
