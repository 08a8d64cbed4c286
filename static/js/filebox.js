// The file box of a form in the portal's own look and words; without a script the browser's stays.
(() => {
  for (const box of document.querySelectorAll("input[type=file][data-choose]")) {
    const frame = document.createElement("span");
    const button = document.createElement("span");
    const name = document.createElement("span");
    frame.className = "fb";
    button.className = "btn s";
    button.textContent = box.dataset.choose;
    name.className = "small muted";
    button.setAttribute("aria-hidden", "true");
    name.setAttribute("role", "status");
    box.before(frame);
    frame.append(box, button, name);
    const tell = () => {
      const chosen = [...box.files].map((file) => file.name).join(", ");
      name.textContent = chosen || box.dataset.none;
    };
    box.addEventListener("change", tell);
    addEventListener("pageshow", tell);
    tell();
  }
})();
