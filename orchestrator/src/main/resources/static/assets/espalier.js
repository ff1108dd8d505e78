// Keeps what is on the screen up to date. Every page reads well without it.
"use strict";
(() => {
  const later = (ms) => new Promise((done) => setTimeout(done, ms));

  // ---- "/" goes to the search box ----
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    const box = document.getElementById("search");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
    if (event.key === "Escape" && event.target === box) box.blur();
  });

  // ---- times: relative, exact on hover, in the viewer's zone ----
  const rough = (s) => s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min`
    : s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} days`;
  function tellTimes(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (isNaN(at)) continue;
      time.title = at.toLocaleString(undefined, {dateStyle: "medium", timeStyle: "long"});
      if (time.hasAttribute("data-clock")) {
        time.textContent = at.toLocaleTimeString(undefined, {hour12: false});
        continue;
      }
      const since = Math.floor((Date.now() - at) / 1000);
      time.textContent = Math.abs(since) < 5 ? "just now" : since < 0 ? `in ${rough(-since)}` : `${rough(since)} ago`;
    }
  }

  // ---- parts of the page that follow what happens ----
  async function fetchPage(url) {
    const answer = await fetch(url, {headers: {Accept: "text/html"}, redirect: "manual", cache: "no-store"});
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      location.reload(); // the sign-in is over
      throw new Error("signed out");
    }
    if (!answer.ok) throw new Error(answer.statusText);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  const plain = (html) => html.replace(/<time[^>]*>[^<]*<\/time>/g, "").replace(/name="_csrf" value="[^"]*"/g, "");

  function take(fresh, selector) {
    for (const part of document.querySelectorAll(selector)) {
      const other = part.id && fresh.getElementById(part.id);
      if (!other || part.contains(document.activeElement) && document.activeElement !== part
          && document.activeElement.matches("input, select, textarea, button, summary")) continue;
      if (part.dataset.seen === undefined) part.dataset.seen = plain(part.innerHTML);
      const now = plain(other.innerHTML);
      if (now === part.dataset.seen) {
        const times = other.querySelectorAll("time[datetime]");
        part.querySelectorAll("time[datetime]").forEach((time, i) => { if (times[i]) time.dateTime = times[i].dateTime; });
        continue;
      }
      const open = new Map([...part.querySelectorAll("details")].map((d, i) => [i, d.open]));
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceChildren(...document.importNode(other, true).childNodes);
      part.dataset.seen = now;
      part.querySelectorAll("details").forEach((d, i) => { if (open.has(i)) d.open = open.get(i); });
      if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      window.htmx?.process(part);
      tellTimes(part);
    }
  }

  async function follow() {
    let wait = 0;
    while (true) {
      const live = [...document.querySelectorAll("[data-live]")];
      const every = Math.min(...live.map((part) => Number(part.dataset.live) || 2000));
      if (!live.length) return;
      await later(Math.max(every, wait));
      if (document.hidden) continue;
      try {
        take(await fetchPage(location.href), "[data-live]");
        wait = 0;
        document.body.classList.remove("offline");
      } catch (problem) {
        wait = Math.min(10000, wait ? wait * 2 : 2000);
        document.body.classList.add("offline");
      }
    }
  }

  // ---- a rollout's events, resumed by the browser where a connection broke off ----
  function stream(root) {
    const log = document.getElementById(root.dataset.log);
    const source = new EventSource(`${root.dataset.events}?since=${root.dataset.last}`);
    let asked = false;
    const refresh = async () => {
      if (asked) return;
      asked = true;
      await later(80);
      asked = false;
      try {
        take(await fetchPage(location.href), "[data-part]");
      } catch (problem) { /* the next event or the page's own refresh mends it */ }
    };
    const show = (message) => {
      const event = JSON.parse(message.data);
      if (log && !log.querySelector(`[data-id="${event.id}"]`)) {
        const line = document.createElement("li");
        line.className = `k-${event.kind}` + (event.state ? ` s-${event.state}` : "");
        line.dataset.id = event.id;
        const time = document.createElement("time");
        time.dateTime = event.at;
        time.dataset.clock = "";
        line.append(time, " " + event.text);
        const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
        log.append(line);
        while (log.children.length > 1000) log.firstElementChild.remove();
        tellTimes(line);
        if (atEnd) log.scrollTop = log.scrollHeight;
      }
      refresh();
    };
    for (const kind of ["started", "wave", "step", "host", "paused", "resumed", "ended"]) {
      source.addEventListener(kind, show);
    }
    source.addEventListener("end", () => { source.close(); refresh(); });
  }

  // ---- the editor: numbers beside the lines, problems lead to their place ----
  function editor(area) {
    const gutter = area.parentElement.querySelector(".gutter");
    const marks = new Map(gutter.dataset.marks.trim().split(" ").filter(Boolean).map((mark) => mark.split("=")));
    const saved = area.value;
    let leaving = false;
    area.addEventListener("input", () => {
      const lines = area.value.split("\n").length;
      area.rows = lines + 1;
      while (gutter.children.length > lines) gutter.lastElementChild.remove();
      while (gutter.children.length < lines) {
        const number = document.createElement("span");
        number.textContent = gutter.children.length + 1;
        number.className = marks.get(number.textContent) || "";
        gutter.append(number);
      }
    });
    area.form.addEventListener("submit", () => { leaving = true; });
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && area.value !== saved) event.preventDefault();
    });
    for (const link of document.querySelectorAll("[data-line]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const lines = area.value.split("\n");
        const line = Math.min(Number(link.dataset.line), lines.length);
        const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
        const column = Math.min(Math.max(Number(link.dataset.column), 1), lines[line - 1].length + 1);
        area.focus();
        area.setSelectionRange(start + column - 1, start + lines[line - 1].length);
      });
    }
  }
  document.querySelectorAll("[data-editor]").forEach(editor);

  const root = document.querySelector("[data-events]");
  if (root) stream(root);
  const log = document.getElementById("log");
  if (log) log.scrollTop = log.scrollHeight;
  document.addEventListener("htmx:afterSwap", (event) => tellTimes(event.target.parentElement || document));
  tellTimes(document);
  setInterval(() => tellTimes(document), 5000);
  follow();
})();
