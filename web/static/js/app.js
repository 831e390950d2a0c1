// Everything on the pages works without this file. It adds keys, copying,
// times that stay right, and menus that close by themselves.

const $ = (sel, root = document) => root.querySelector(sel);
const $$ = (sel, root = document) => [...root.querySelectorAll(sel)];
const typing = (el) => el.matches("input:not([type=checkbox], [type=radio]), select, textarea");

// Times: relative ones move on; exact ones are shown in the reader's zone with
// UTC on hover. The steps are those of span in time.go.
const DAY = 86400;
const steps = [[3600, 60, "min"], [2 * DAY, 3600, "h"], [60 * DAY, DAY, "days"], [730 * DAY, 30 * DAY, "months"], [Infinity, 365 * DAY, "years"]];
function ago(then, now) {
  const s = Math.floor(Math.abs(now - then) / 1000);
  if (s < 60) return "now";
  const [, unit, word] = steps.find(([limit]) => s < limit);
  const text = `${Math.floor(s / unit)} ${word}`;
  return then > now ? `in ${text}` : `${text} ago`;
}
const zoned = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
function times(root = document) {
  for (const t of $$("time[data-ago]", root)) {
    const at = new Date(t.dateTime);
    if (!t.dataset.utc) {
      t.dataset.utc = t.title;
      if (zone !== "UTC") t.title = `${zoned.format(at)} · ${t.title}`;
    }
    t.textContent = ago(at, new Date());
  }
  for (const t of $$("time[data-at]:not([data-utc])", root)) {
    t.dataset.utc = t.title;
    if (zone !== "UTC") t.textContent = zoned.format(new Date(t.dateTime));
  }
}
times();
setInterval(times, 30000);

// Copy buttons appear only where copying works.
function copies(root = document) {
  if (!navigator.clipboard) return;
  for (const b of $$("button[data-copy]", root)) b.hidden = false;
}
copies();
document.addEventListener("htmx:load", (e) => { times(e.target); copies(e.target); });

document.addEventListener("click", async (e) => {
  const copy = e.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    copy.classList.add("done");
    const said = copy.ariaLabel;
    copy.ariaLabel = "Copied";
    setTimeout(() => { copy.classList.remove("done"); copy.ariaLabel = said; }, 1500);
  }
  for (const d of $$("details.menu[open]")) if (!d.contains(e.target)) d.open = false;
  const option = e.target.closest("#palette-list [role=option]");
  if (option) location.href = option.dataset.href;
});

// Empty filters stay out of the address.
document.addEventListener("submit", (e) => {
  if (!e.target.matches("[data-tidy]")) return;
  for (const f of $$("input, select", e.target)) if (f.name && f.value === "") f.disabled = true;
});

// Choosing rows.
function choose() {
  for (const form of $$("form.selectable")) {
    const boxes = $$("tbody input[type=checkbox]", form);
    const n = boxes.filter((b) => b.checked).length;
    const all = $("[data-all]", form);
    all.checked = n > 0 && n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
    $("[data-selected]", form).textContent = n ? `${n} chosen:` : "Choose rows to";
  }
}
document.addEventListener("change", (e) => {
  if (e.target.matches("[data-all]")) {
    for (const b of $$("tbody input[type=checkbox]", e.target.form)) b.checked = e.target.checked;
  }
  if (e.target.matches("form.selectable input")) choose();
});
addEventListener("pageshow", () => {
  choose();
  for (const f of $$("[data-tidy] :disabled")) f.disabled = false;
});

// Rows: j and k move, Enter opens, x chooses.
let row = -1;
function move(by) {
  const rows = $$("main tbody tr");
  if (!rows.length) return;
  rows[row]?.classList.remove("current");
  row = Math.max(0, Math.min(rows.length - 1, row + by));
  rows[row].classList.add("current");
  ($("a", rows[row]) ?? rows[row]).focus({ preventScroll: true });
  rows[row].scrollIntoView({ block: "nearest" });
}

// The palette: the rail's pages by a few letters; Enter with none left searches.
const palette = $("#palette");
const query = $("#palette-q");
const options = $$("#palette-list [role=option]");
function fits(text, q) {
  let at = 0;
  for (const c of q) { at = text.indexOf(c, at) + 1; if (!at) return false; }
  return true;
}
function pick(by) {
  const shown = options.filter((o) => !o.hidden);
  const now = shown.findIndex((o) => o.ariaSelected === "true");
  const next = shown[Math.max(0, Math.min(shown.length - 1, now + by))];
  for (const o of options) o.ariaSelected = String(o === next);
  next?.scrollIntoView({ block: "nearest" });
}
function narrow() {
  const q = query.value.trim().toLowerCase();
  for (const o of options) { o.hidden = !fits(o.textContent.toLowerCase(), q); o.ariaSelected = "false"; }
  pick(1);
  $(".palette-none").hidden = options.some((o) => !o.hidden);
}
query?.addEventListener("input", narrow);
query?.addEventListener("keydown", (e) => {
  if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); pick(e.key === "ArrowDown" ? 1 : -1); }
});
query?.form.addEventListener("submit", (e) => {
  const chosen = options.find((o) => !o.hidden && o.ariaSelected === "true");
  if (chosen) { e.preventDefault(); location.href = chosen.dataset.href; }
});

document.addEventListener("keydown", (e) => {
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k" && palette) {
    e.preventDefault();
    query.value = "";
    narrow();
    palette.showModal();
    return;
  }
  if (e.key === "Escape") for (const d of $$("details.menu[open]")) { d.open = false; $("summary", d).focus(); }
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || $("dialog[open]")) return;
  const keys = {
    "/": () => $("#search")?.focus(),
    "j": () => move(1),
    "k": () => move(-1),
    "x": () => $$("main tbody tr")[row]?.querySelector("input[type=checkbox]")?.click(),
    "?": () => $("#keys")?.showModal(),
  };
  if (keys[e.key]) { e.preventDefault(); keys[e.key](); }
});

// Live help in forms: the server's verdict on a value, and people by a few
// letters. Both wait until typing pauses; the newest answer wins.
function pausing(fn) {
  let timer, turn = 0;
  return (el) => {
    clearTimeout(timer);
    const mine = ++turn;
    timer = setTimeout(() => fn(el, () => mine === turn), 300);
  };
}
async function ask(address, name, value) {
  const u = new URL(address, location.href);
  u.searchParams.set(name, value);
  const r = await fetch(u, { headers: { Accept: "application/json" } });
  return r.ok ? r.json() : null;
}
const verdict = pausing(async (el, newest) => {
  const out = document.getElementById(`c-${el.name}`);
  const v = el.value.trim() ? await ask(el.dataset.check, "value", el.value) : null;
  if (!newest() || !out) return;
  out.textContent = v?.text ?? "";
  out.dataset.ok = String(v?.ok ?? "");
});
const lookup = pausing(async (el, newest) => {
  const found = el.value.trim().length > 1 ? await ask(el.dataset.lookup, "q", el.value) : [];
  if (!newest() || !Array.isArray(found)) return;
  el.list.replaceChildren(...found.slice(0, 20).map((p) => Object.assign(document.createElement("option"), { value: p.value, label: p.label })));
});
document.addEventListener("input", (e) => {
  if (e.target.dataset.check) verdict(e.target);
  if (e.target.dataset.lookup) lookup(e.target);
});
$("[data-focus]")?.focus();
