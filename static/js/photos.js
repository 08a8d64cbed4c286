// Comforts of the papers: photos made small before they are sent, progress in words, sending again
// when the network comes back. The forms work without.
(() => {
  if (!document.getElementById("papers") || !window.createImageBitmap) return;
  document.documentElement.classList.add("sends");
  const LONGEST = 2000, QUALITY = 0.85, PATIENCE = 3;
  const panel = () => document.getElementById("papers");
  const words = (name, holes = {}) =>
    panel().dataset[name].replace(/\{(\w+)\}/g, (hole, key) => (key in holes ? holes[key] : hole));
  let busy = 0;

  // A photo at most LONGEST pixels wide or high, as JPEG; the original where that is no smaller.
  async function shrink(file) {
    if (!file.type.startsWith("image/") || file.type === "image/svg+xml") return file;
    let picture;
    try {
      picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return file; // the server says what is wrong with it
    }
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const taken = file.type === "image/jpeg" || file.type === "image/png";
    if (scale === 1 && taken) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!small || (taken && small.size >= file.size)) return file;
    return new File([small], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  }

  // One request; the answer, or null when none came.
  function post(form, file, title, tell) {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "requirement"]) {
      body.append(name, form.elements[name].value);
    }
    body.append("title", title);
    body.append("files", file, file.name);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        const percent = event.total ? Math.floor((100 * event.loaded) / event.total) : 0;
        if (percent < 100) tell(words("sending", { name: file.name, percent }));
      });
      request.upload.addEventListener("load", () => tell(words("checking", { name: file.name })));
      request.addEventListener("load", () => done(request));
      for (const name of ["error", "abort", "timeout"]) {
        request.addEventListener(name, () => done(null));
      }
      request.send(body);
    });
  }
  const again = (seconds) =>
    new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
    });

  // Sends until there is an answer: the server knows a file that came twice.
  async function send(form, file, title, tell) {
    const name = file.name;
    for (let tries = 1; ; tries += 1) {
      const answer = await post(form, file, title, tell);
      if (answer === null || answer.status === 502 || answer.status === 504) {
        tell(words("waiting", { name }));
        await again(Math.min(30, 2 * tries));
      } else if (answer.status >= 500 && tries < PATIENCE) {
        await again(2 * tries);
      } else {
        return read(answer, name);
      }
    }
  }
  function read(answer, name) {
    try {
      const found = JSON.parse(answer.responseText);
      if (found.faults) return found;
    } catch {
      // not ours: the log-in page, or a refusal of the server in front
    }
    const left = new URL(answer.responseURL).pathname !== location.pathname && answer.status === 200;
    const said = answer.status === 413 ? "large" : left || answer.status === 403 ? "expired" : "refused";
    return { saved: [], faults: [words(said, { name })] };
  }

  async function sendAll(form, files) {
    if (form.dataset.sending) return;
    const typed = form.elements.title ? form.elements.title.value.trim() : "";
    const said = form.querySelector(".said");
    const tell = (text) => { said.textContent = text; };
    if (!files.length) return tell(words("none"));
    if (form.elements.title && !typed) {
      tell(words("untitled"));
      return form.elements.title.focus();
    }
    form.dataset.sending = "1";
    busy += 1;
    const faults = [];
    let saved = 0, html = "";
    for (const [number, file] of [...files].entries()) {
      tell(words("shrinking", { name: file.name }));
      const small = await shrink(file);
      if (small.size > Number(panel().dataset.max)) {
        faults.push(words("large", { name: file.name }));
        continue;
      }
      const title = typed && number ? `${typed} (${number + 1})` : typed;
      const answer = await send(form, small, title, tell);
      saved += answer.saved.length;
      faults.push(...answer.faults);
      html = answer.html || html;
    }
    busy -= 1;
    delete form.dataset.sending;
    if (!faults.length) form.reset();
    tell("");
    show(html, form.dataset.upload, saved, faults);
  }

  function show(html, code, saved, faults) {
    // Another form still sends from the page as it is: its own end brings the page up to date.
    if (html && !busy) {
      const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("papers");
      const open = document.getElementById("id_paper_title");
      const box = fresh.querySelector("#id_paper_title");
      if (open && box) box.value = open.value;
      panel().replaceWith(fresh);
      if (window.htmx) window.htmx.process(fresh);
    }
    const place = document.getElementById("papers-said");
    place.replaceChildren();
    if (saved) place.append(note("g", [words("done", { n: saved })]));
    if (faults.length) place.append(note("r", faults));
    if (faults.length) place.focus();
    else document.getElementById(code ? `giay-${code}` : "giay-khac")?.querySelector("input[type=file]")?.focus();
    document.dispatchEvent(new CustomEvent("papers:changed"));
  }
  // What stands around the papers in the form: parts, checks, and how much is left.
  async function around() {
    const draft = document.getElementById("draft");
    if (!draft || !document.getElementById("rail")) return;
    const body = new FormData(draft);
    body.append("action", "check");
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(draft.getAttribute("action"), { method: "POST", body, headers, redirect: "error" });
      if (!answer.ok) return;
      const told = await answer.json();
      for (const [id, html] of Object.entries(told.fragments)) {
        const place = document.getElementById(id);
        if (place && !place.contains(document.activeElement)) place.innerHTML = html;
      }
      const lack = document.getElementById("lack");
      if (lack && told.lack) lack.textContent = told.lack;
    } catch { /* the next page says it */ }
  }
  document.addEventListener("papers:changed", around);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.elt.id === "papers" || event.detail.target.id === "papers") around();
  });
  function note(tone, texts) {
    const box = document.createElement("div");
    box.className = `note ${tone}`;
    const list = document.createElement("div");
    for (const text of texts) {
      const line = document.createElement("p");
      line.textContent = text;
      list.append(line);
    }
    box.append(list);
    return box;
  }

  document.addEventListener("change", (event) => {
    const form = event.target.type === "file" && event.target.closest("form[data-upload]");
    if (!form) return;
    if (form.dataset.upload) return void sendAll(form, event.target.files);
    // Other papers wait for their title: say which files are chosen.
    form.querySelector(".said").textContent = chosen(form).map((file) => file.name).join(", ");
  });
  const chosen = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((box) => [...box.files]);
  // Before the frame's own listener, which would hold the form as sent.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form) return;
    event.preventDefault();
    sendAll(form, chosen(form));
  }, true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const typed = document.getElementById("id_paper_title");
    const inside = panel() && panel().contains(document.activeElement);
    if (event.detail.elt.id === "papers" && (busy || inside || (typed && typed.value))) event.preventDefault();
  });
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
})();
