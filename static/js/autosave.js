// Saves a draft while it is typed and keeps on this device what the network did not take.
// Without it the buttons of the form do the same, one press at a time.
(() => {
  const form = document.getElementById("draft");
  const dock = document.querySelector(".dock .sv");
  if (!form || !form.dataset.section || !dock) return;

  const AFTER = 2000; // ms of rest before a save
  const CHECK_AFTER = 400;
  const PATIENCE = 20000;
  const RETRIES = [5000, 10000, 30000];
  const KEEP_DAYS = 7;
  const key = `kc-draft:${form.dataset.user}:${form.dataset.code}:${form.dataset.section}`;
  const version = form.elements.expected_version;
  const words = document.getElementById("draft-words");
  const word = (name) => {
    const found = words && words.content.querySelector(`[data-word="${name}"]`);
    return found ? found.textContent : "";
  };

  // ---- what the form says, and what this device keeps of it ----
  const LEFT_OUT = new Set([
    "csrfmiddlewaretoken", "expected_version", "base", "mark", "back", "find", "action", "block",
    "sent",
  ]);
  const base = form.elements.base; // what the page began from
  const pairs = () =>
    [...new FormData(form)].filter(([name, text]) => typeof text === "string" && !LEFT_OUT.has(name));
  function keep(sent) {
    try {
      const from = base ? base.value : undefined;
      const kept = { version: version.value, base: from, at: Date.now(), pairs: pairs(), sent };
      localStorage.setItem(key, JSON.stringify(kept));
    } catch { /* a full or forbidden store: the page itself still holds the text */ }
  }
  function kept() {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  }
  function forget() {
    try { localStorage.removeItem(key); } catch { /* as above */ }
  }

  // ---- saying how it stands ----
  const said = dock.querySelector("[role=status]") || dock.querySelector("span") || dock;
  function say(text, isBad = false, link = null) {
    said.textContent = text;
    dock.classList.toggle("no", isBad);
    dock.classList.toggle("un", text === word("unsaved") || text === word("saving"));
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = link.href;
    anchor.textContent = link.text;
    said.append(" ", anchor);
  }
  const clock = (at) =>
    new Date(at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false });

  function send(action, given = pairs(), from = version.value, signal = undefined, began = base) {
    const body = new FormData();
    for (const [name, text] of given) body.append(name, text);
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("expected_version", from);
    if (began) body.append("base", began.value);
    body.append("action", action);
    const headers = { Accept: "application/json" };
    return fetch(form.dataset.url || location.pathname, {
      method: "POST", body, headers, redirect: "error",
      signal: signal || AbortSignal.timeout(PATIENCE),
    });
  }
  function show(told) {
    const lack = document.getElementById("lack");
    if (lack && told.lack) lack.textContent = told.lack;
    for (const [id, html] of Object.entries(told.fragments || {})) {
      const place = document.getElementById(id);
      if (!place || place.contains(document.activeElement)) continue;
      const open = [...place.querySelectorAll("details")].map((part) => part.open);
      place.innerHTML = html;
      place.querySelectorAll("details").forEach((part, n) => { if (open[n]) part.open = true; });
      if (window.htmx) window.htmx.process(place);
    }
  }

  // ---- saving ----
  let changes = form.dataset.bound ? 1 : 0; // counts what was typed since the page came
  let saved = 0;
  let timer = 0;
  let tries = 0;
  let busy = false;
  let leaving = false;
  let stopped = false; // until a person decides: two versions, or a session that ended

  function later(wait = AFTER) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, wait);
  }
  function tryAgain(text) {
    say(text, true);
    later(RETRIES[Math.min(tries, RETRIES.length - 1)]);
    tries += 1;
  }

  async function save() {
    clearTimeout(timer);
    if (busy || stopped || leaving || saved === changes) return;
    if (!navigator.onLine) return tryAgain(word("offline"));
    busy = true;
    const seen = changes;
    say(word("saving"));
    try {
      const answer = await send("autosave");
      if (leaving) return;
      await take(answer, seen);
    } catch {
      if (!leaving) tryAgain(word("offline"));
    } finally {
      busy = false;
      if (saved !== changes && !tries) later();
    }
  }

  async function take(answer, seen) {
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 200) {
      tries = 0;
      version.value = told.version;
      form.dataset.version = told.version;
      if (base && told.base !== undefined) base.value = told.base;
      saved = seen;
      if (saved === changes) forget();
      else keep();
      say(word("saved").replace("{time}", told.saved_at));
      show(told);
      mark(told.said || []);
      return;
    }
    saved = seen; // this very text is not taken: it is sent again when it changes
    if (answer.status === 401) {
      stopped = true;
      saved = -1;
      say(word("ended"), true, { href: told.login, text: word("login") });
    } else if (answer.status === 409) {
      stopped = true;
      saved = -1;
      say(told.message || word("conflict"), true);
      const choose = document.querySelector("[data-compare]");
      if (choose) choose.hidden = false;
    } else if (answer.status === 422) {
      const faults = told.faults || [];
      const first = faults[0] ? faults[0].message : "";
      say(`${word("unread")} ${first}`, true);
      mark(faults);
    } else if (answer.status >= 500) {
      saved = -1;
      tryAgain(word("later"));
    } else {
      say(told.message || word("refused"), true);
    }
  }
  const mark = (faults) => form.dispatchEvent(new CustomEvent("draft:faults", { detail: faults }));

  // ---- checks while typing: the same rules as at submission, nothing is saved ----
  let checking = 0;
  let asked = null;
  function check() {
    clearTimeout(checking);
    if (!document.getElementById("checks") || stopped) return;
    checking = setTimeout(async () => {
      if (asked) asked.abort();
      asked = new AbortController();
      try {
        const answer = await send("check", pairs(), version.value, asked.signal);
        if (answer.ok) show(await answer.json());
      } catch { /* the next key asks again */ }
    }, CHECK_AFTER);
  }

  function touch() {
    changes += 1;
    tries = 0;
    keep();
    if (stopped) return;
    say(word("unsaved"));
    later();
    check();
  }
  function changed(event) {
    const box = event.target;
    if (!box.name || LEFT_OUT.has(box.name) || box.type === "file") return;
    box.removeAttribute("aria-invalid");
    touch();
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("draft:changed", touch); // rows pasted or taken out by a script
  form.addEventListener("focusout", (event) => {
    // Leaving a box saves, but not each step from cell to cell.
    if (saved !== changes && !form.contains(event.relatedTarget)) later(150);
  });
  addEventListener("online", () => { tries = 0; if (saved !== changes) save(); });
  addEventListener("offline", () => { if (saved !== changes) say(word("offline"), true); });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && saved !== changes) save();
  });
  addEventListener("beforeunload", (event) => {
    if (saved !== changes && !leaving) event.preventDefault();
  });

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (!navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      keep();
      say(word("offline"), true);
      return;
    }
    // The text stays here until a page has come that names it as saved.
    if (saved !== changes) {
      const sent = crypto.getRandomValues(new Uint32Array(3)).join("");
      keep(sent);
      let box = form.elements.sent;
      if (!box) {
        box = document.createElement("input");
        box.type = "hidden";
        box.name = "sent";
        form.append(box);
      }
      box.value = sent;
    }
    leaving = true;
    clearTimeout(timer);
    setTimeout(() => { leaving = false; }, 15000);
  }, true);
  addEventListener("pageshow", () => { leaving = false; });

  // ---- a page that comes back to text this device still keeps ----
  const same = (one, two) => JSON.stringify(one) === JSON.stringify(two);
  async function takeUp() {
    const before = kept();
    if (!before) return;
    if (Date.now() - before.at > KEEP_DAYS * 864e5 || same(before.pairs, pairs())) return forget();
    if (form.dataset.bound) return; // the page shows what was typed, and is not saved yet
    if (before.version === version.value && navigator.onLine) {
      const answer = await send("autosave", before.pairs, before.version).catch(() => null);
      if (answer && answer.status === 200) {
        forget();
        leaving = true;
        return location.reload();
      }
    } else if (navigator.onLine) {
      // Saved since by other means? The server reads both and compares what they mean.
      const began = before.base === undefined ? null : { value: before.base };
      const answer = await send("compare", before.pairs, before.version, undefined, began).catch(() => null);
      if (answer && answer.status === 200) return forget();
    }
    offer(before);
  }
  function offer(before) {
    const note = document.getElementById("kept");
    if (!note) return;
    note.hidden = false;
    const when = note.querySelector("[data-when]");
    if (when) when.textContent = clock(before.at);
    note.querySelector("[data-take]").addEventListener("click", () => {
      const sent = crypto.getRandomValues(new Uint32Array(3)).join("");
      try { localStorage.setItem(key, JSON.stringify({ ...before, sent })); } catch { /* it stays */ }
      const post = document.createElement("form");
      post.method = "post";
      post.action = location.pathname;
      const given = [...before.pairs,
        ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value],
        ["expected_version", before.version],
        ["sent", sent],
        ...(before.base === undefined ? [] : [["base", before.base]]),
        ["action", before.version === version.value ? "recount" : "compare"]];
      for (const [name, text] of given) {
        const box = document.createElement("textarea");
        box.name = name;
        box.value = text;
        post.append(box);
      }
      post.hidden = true;
      document.body.append(post);
      leaving = true;
      post.submit();
    });
    note.querySelector("[data-drop]").addEventListener("click", () => {
      forget();
      note.hidden = true;
    });
  }
  if (form.dataset.bound) keep();
  takeUp();
  if (changes !== saved && !form.dataset.refused) later();
})();
