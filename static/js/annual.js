// The sum of the ticks and what the cell has left, while ticking; «Tính lại» does the same.
(() => {
  const form = document.getElementById("ap");
  const room = form && form.querySelector("[data-room]");
  if (!room) return;
  const write = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 });
  const trieu = (dong) => write.format(Math.round(dong / 1000) / 1000);
  const boxes = [...form.querySelectorAll("input[name=chon]")];
  function told() {
    const chosen = boxes.filter((box) => box.checked);
    const sum = chosen.reduce((total, box) => total + Number(box.dataset.amount), 0);
    const left = Number(room.dataset.available) - sum;
    const short = "allotted" in room.dataset && left < 0;
    for (const box of boxes) box.closest("tr").classList.toggle("sel", box.checked);
    form.querySelector("[data-count]").textContent = chosen.length;
    room.querySelector("[data-sum]").textContent = trieu(sum);
    if ("allotted" in room.dataset) room.querySelector("[data-left]").textContent = trieu(left);
    room.querySelector("[data-left]").classList.toggle("rv", short);
    room.querySelector("[data-short]").hidden = !short;
  }
  form.addEventListener("change", (event) => event.target.name === "chon" && told());
  addEventListener("pageshow", () => boxes.length && told());
})();
