"use strict";
// The page asks the engine, and shows what it answers. It knows no format.

const $ = id => document.getElementById(id);
const make = (tag, attributes = {}, ...inside) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") e.className = value;
    else if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...inside);
  return e;
};
const hex = (n, digits) => n.toString(16).padStart(digits, "0");

// The engine is WebAssembly. The page has it, or gets it from the local server, which
// answers in its place until it is built, or if it cannot be.

let engine;
async function start() {
  const wasm = $("wasm");
  if (wasm) {
    const zipped = decode(wasm.textContent.trim());
    wasm.remove();
    return load(new Blob([zipped]).stream());
  }
  engine = async query => (await fetch("engine", {method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"}, body: query})).text();
  document.head.append(make("script", {src: "engine.js", onload: async () => load((await fetch("engine.wasm")).body)}));
}

async function load(zipped) {
  const go = new Go();
  go.env.GOGC = "400"; // one types faster than four megabytes are worth collecting
  const {instance} = await WebAssembly.instantiate(await new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(), go.importObject);
  go.run(instance);
  engine = async query => globalThis.structpackEngine(query);
  document.documentElement.dataset.engine = "here";
  warm();
}

// warm looks at a format as if it were typed, where nobody sees it, in moments with nothing
// to do: what a browser runs for the first time takes twice as long.
const idle = globalThis.requestIdleCallback ?? setTimeout; // Safari
function warm() {
  const format = "!HHIIBBHHH 8sI4s2I5BI 3c2e4x?bBhHiIqQfd10s16p2F2Dl";
  const body = make("tbody"), out = make("div", {class: "hidden", "aria-hidden": "true", inert: true}, make("table", {}, body));
  const type = n => idle(async () => {
    const {rows} = await ask("look", {format: format.slice(0, n), again: "1"});
    if (rows?.length) {
      body.replaceChildren(...rows.map((row, i) => rowElement(row, i, true)));
      document.body.append(out);
    }
    if (n < format.length) type(n + 1);
    else out.remove();
  });
  type(1);
}

async function ask(op, more = {}) {
  const q = new URLSearchParams({
    op, format: $("format").value, abi: $("abi").value, fields: $("fields").value, offset: $("offset").value,
    data: encode(sent()), base: state.base, total: state.bytes.length, file: state.name, pane: state.tab, ...more,
  });
  if ($("each").checked) q.set("each", "1");
  const answer = JSON.parse(await engine(q.toString()));
  if (answer.want && !more.again) { // of a large file, other bytes than it was given
    state.base = answer.want.start;
    state.length = answer.want.size;
    return ask(op, {...more, again: "1"});
  }
  return answer;
}

// The data is here, and the engine gets a window of it.

const state = {bytes: new Uint8Array(), base: 0, length: 1 << 18, name: "", form: "hex", answer: null, marked: -1, at: 0, high: false, tab: "take", taken: "go", rules: ""};

function sent() {
  if (state.bytes.length <= state.length) {
    state.base = 0;
    return state.bytes;
  }
  return state.bytes.subarray(state.base, state.base + state.length);
}

let encoded = {};
function encode(bytes) {
  if (encoded.of === bytes.buffer && encoded.from === bytes.byteOffset && encoded.size === bytes.length && encoded.version === state.version) return encoded.text;
  let binary = "";
  for (let i = 0; i < bytes.length; i += 1 << 14) binary += String.fromCharCode(...bytes.subarray(i, i + (1 << 14)));
  encoded = {of: bytes.buffer, from: bytes.byteOffset, size: bytes.length, version: state.version, text: btoa(binary)};
  return encoded.text;
}
function decode(text) {
  return Uint8Array.from(atob(text), c => c.charCodeAt(0));
}

// put changes bytes, and makes room for them.
function put(at, bytes) {
  const all = new Uint8Array(Math.max(state.bytes.length, at + bytes.length));
  all.set(state.bytes);
  all.set(bytes, at);
  state.bytes = all;
  state.version = (state.version || 0) + 1;
  write();
}

// write shows the bytes in the text, unless they are those of a file.
function write() {
  state.unread = "";
  if (state.name) return;
  const bytes = state.bytes;
  if (state.form === "text") {
    try {
      const text = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
      if (!/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) {
        $("text").value = text;
        return;
      }
    } catch {}
    choose("hex"); // they are no text any more
  }
  if (state.form === "base64") {
    $("text").value = encode(bytes);
    return;
  }
  const lines = [];
  for (let i = 0; i < Math.min(bytes.length, 1 << 16); i += 16) lines.push(Array.from(bytes.subarray(i, i + 16), b => hex(b, 2)).join(" "));
  $("text").value = lines.join("\n");
}

function choose(form) {
  state.form = form;
  document.querySelector(`input[name="form"][value="${form}"]`).checked = true;
}

async function readText() {
  const text = $("text").value;
  const answer = JSON.parse(await engine(new URLSearchParams({op: "read", form: state.form, text}).toString()));
  state.unread = answer.error ? answer.error.text : "";
  $("dataerror").textContent = state.unread;
  if (answer.error) return false;
  state.bytes = decode(answer.bytes);
  state.version = (state.version || 0) + 1;
  return true;
}

// look asks what there is and shows it. A newer question makes an older answer void.

let asked = 0;
async function look() {
  const mine = ++asked;
  const answer = await ask("look");
  if (mine !== asked) return;
  state.answer = answer;
  const {error} = answer;
  $("error").textContent = error && error.input === "format" ? error.text : answer.names ? answer.names.text : "";
  $("dataerror").textContent = state.unread || (error && error.input !== "format" ? error.text : answer.short ? answer.short.text : "");
  $("format").toggleAttribute("aria-invalid", !!(error && error.input === "format"));
  paint(answer);
  if (answer.rows) {
    facts(answer);
    table(answer);
    grid(answer);
    mark(atCaret());
  } else {
    $("facts").replaceChildren();
  }
  suggest();
  later();
  link();
  document.documentElement.dataset.ready = mine;
}

// paint shows the format with a color for each item, and what is wrong underlined.
function paint(answer) {
  const text = $("format").value, out = $("paint");
  const source = !!answer.c || text.includes("{");
  document.querySelector(".format").classList.toggle("source", source);
  out.replaceChildren();
  const {error} = answer;
  if (error && error.pos != null && !source) {
    out.append(text.slice(0, error.pos), make("u", {}, text.slice(error.pos, error.end) || " "), text.slice(error.end));
  } else if (answer.rows && !source) {
    let at = 0;
    for (const [i, row] of answer.rows.entries()) {
      if (row.pos == null || row.pos < at) continue;
      out.append(text.slice(at, row.pos), make("b", {class: "h" + row.hue, "data-row": i, "data-pos": row.pos}, text.slice(row.pos, row.end)));
      at = row.end;
    }
    out.append(text.slice(at));
  } else {
    out.append(text);
  }
  out.append("\u200b"); // the height of a last line that is empty
}

function facts(answer) {
  const out = $("facts");
  out.replaceChildren(answer.facts);
  if (answer.c) {
    const c = answer.c;
    out.append(". ", make("strong", {}, c.name), ": use ");
    if (c.native) out.append(make("button", {type: "button", onclick: () => use(c.native, c.fields)}, c.native), " (by C's rules) or ");
    out.append(make("button", {type: "button", onclick: () => use(c.fixed, c.fields)}, c.fixed), " (the same bytes on every machine)");
  }
  if (answer.tail) {
    const {size, more, item} = answer.tail;
    out.append(`. In C its sizeof is ${size}, ${more} more: a struct ends on a multiple of its alignment. `,
      make("button", {type: "button", onclick: () => use($("format").value + item, $("fields").value)}, "add " + item), " for the same.");
  }
}

function use(format, fields) {
  $("format").value = format;
  $("fields").value = fields;
  changed();
}

// table shows the rows. One of them is in the order of the tab key, and arrows go on.
// A row that is as it was stays: making all anew takes longer than a keystroke may.
let rowTexts = [];
function table(answer) {
  const body = $("rows"), data = state.bytes.length > 0;
  for (const [i, row] of answer.rows.entries()) {
    const text = JSON.stringify([data, row]), old = body.children[i];
    if (old && rowTexts[i] === text) {
      old.tabIndex = i === 0 ? 0 : -1;
      continue;
    }
    rowTexts[i] = text;
    if (old) old.replaceWith(rowElement(row, i, data));
    else body.append(rowElement(row, i, data));
  }
  while (body.children.length > answer.rows.length) body.lastChild.remove();
  $("more").textContent = answer.more ? `${answer.more} more rows: structpack explain shows them` : "";
}

function rowElement(row, i, data) {
  const value = make("td", {class: "value", "data-pad": row.pad && row.ctype});
  if (row.missing && !row.text.startsWith("missing")) {
    const at = row.text.lastIndexOf("missing");
    value.append(row.text.slice(0, at), make("span", {class: "missing"}, row.text.slice(at)));
  } else if (row.missing) value.append(make("span", {class: "missing"}, row.text));
  else if (row.text || data) value.append(row.text);
  else if (row.values) value.append(make("em", {}, "—"));
  if (row.values) value.addEventListener("click", () => edit(i));
  return make("tr", {class: row.pad ? "pad" : "h" + row.hue, tabindex: i === 0 ? 0 : -1, "data-row": i,
    onmouseenter: () => mark(i), onfocus: () => mark(i)},
  make("td", {class: "num", title: "address " + hex(row.at, 8)}, String(row.offset)), make("td", {class: "num"}, String(row.size)),
  make("td", {class: "name"}, row.name), make("td", {class: "code"}, make("span", {}, row.code)), make("td", {class: "ctype"}, row.ctype), value);
}

$("rows").addEventListener("keydown", event => {
  const tr = event.target.closest("tr");
  if (!tr || event.target !== tr) return;
  const i = +tr.dataset.row, all = $("rows").children;
  const to = {ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: all.length - 1}[event.key];
  if (to != null && all[to]) {
    event.preventDefault();
    tr.tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  } else if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    edit(i);
  }
});

// edit lets a person change a value; the engine makes bytes of it.
function edit(i) {
  const row = state.answer.rows[i], tr = $("rows").children[i], cell = tr.querySelector(".value");
  if (!row.values || cell.querySelector("input")) return;
  const input = make("input", {type: "text", spellcheck: "false", "aria-label": `value of ${row.name || row.code}`});
  input.value = row.missing || row.edit == null ? "" : row.edit;
  const before = input.value, shown = [...cell.childNodes];
  cell.replaceChildren(input);
  input.focus();
  input.select();
  let over = false;
  const end = async keep => {
    if (over) return;
    over = true;
    const given = input.value;
    if (keep && (given !== before || row.missing || !state.bytes.length)) {
      const answer = await ask("set", {row: i, value: given});
      if (answer.error) {
        $("dataerror").textContent = answer.error.text;
        over = false;
        input.focus();
        return;
      }
      put(answer.at, decode(answer.bytes));
      $("dataerror").textContent = "";
      cell.replaceChildren(...shown);
      await look();
    } else cell.replaceChildren(...shown);
    $("rows").children[i]?.focus();
  };
  input.addEventListener("keydown", event => {
    if (event.key === "Enter") { event.preventDefault(); end(true); }
    if (event.key === "Escape") { event.preventDefault(); $("dataerror").textContent = ""; end(false); }
    event.stopPropagation();
  });
  input.addEventListener("blur", () => {
    if (input.value === before) end(false);
    else end(true);
  });
}

// grid draws the bytes, sixteen a line or eight. A line that is as it was stays.

const mostCells = 1024;
let cells = [], chars = [], across = 16, drawn = [];
function grid(answer) {
  const out = $("grid"), size = Math.min(answer.size, mostCells), from = answer.start;
  cells[state.at]?.classList.remove("at");
  cells = [];
  chars = [];
  const of = new Int32Array(size).fill(-1);
  for (const [i, row] of answer.rows.entries()) of.fill(i, row.offset, Math.min(row.offset + row.size, size));
  const lines = [];
  const add = (text, draw) => {
    const n = lines.length;
    lines.push(drawn[n]?.text === text ? drawn[n] : {text, ...draw()});
    cells.push(...lines[n].cells);
    chars.push(...lines[n].chars);
  };
  if (size) add(`top ${Math.min(across, size)}`, () => {
    const top = make("div", {class: "line top", "aria-hidden": "true"}, make("span", {}, " ".repeat(8)));
    for (let i = 0; i < Math.min(across, size); i++) top.append(make("i", {}, hex(i, 1)));
    return {line: top, cells: [], chars: []};
  });
  for (let start = 0; start < size; start += across) {
    const all = [];
    for (let i = start; i < Math.min(start + across, size); i++) {
      const row = answer.rows[of[i]], at = from + i, there = at < state.bytes.length, byte = state.bytes[at], hue = row && row.hue ? "h" + row.hue : "";
      let c = hue;
      if (row) {
        if (i === row.offset || i === start) c += " first";
        if (i === row.offset + row.size - 1 || i === start + across - 1) c += " last";
        if (row.values > 1 && i > row.offset && (i - row.offset) % (row.size / row.values) === 0 && row.size > row.values) c += " elem";
        if (row.pad) c += " pad";
      }
      if (!there && state.bytes.length) c += " lost";
      all.push([i, c, there ? hex(byte, 2) : "··", hue, there ? byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·" : ""]);
    }
    const blanks = size > across ? across - all.length : 0, text = state.bytes.length > 0;
    add(JSON.stringify([from, blanks, text, all]), () => {
      const line = make("div", {class: "line", "aria-hidden": "true"}, make("span", {}, hex(from + start, 8)));
      const cells = all.map(([i, c, byte]) => make("i", {class: c, "data-at": i}, byte));
      const chars = all.map(([i, , , hue, char]) => make("i", {class: hue, "data-at": i}, char));
      line.append(...cells);
      for (let i = 0; i < blanks; i++) line.append(make("i"));
      if (text) line.append(make("div", {class: "chars"}, ...chars));
      return {line, cells, chars};
    });
  }
  for (const [n, {line}] of lines.entries()) {
    if (out.children[n] !== line) out.children[n] ? out.children[n].replaceWith(line) : out.append(line);
  }
  while (out.children.length > lines.length) out.lastChild.remove();
  drawn = lines;
  if (answer.size > size) out.append(make("p", {class: "facts"}, `${(answer.size - size).toLocaleString("en")} bytes more`));
  state.of = of;
  state.at = Math.min(state.at, Math.max(size - 1, 0));
  cells[state.at]?.classList.add("at");
}

// mark shows one item in the format, the table and the grid, and says what there is to say.
function mark(i) {
  for (const e of document.querySelectorAll(".on")) e.classList.remove("on");
  state.marked = i;
  const row = state.answer?.rows?.[i], detail = $("detail");
  if (!row) {
    detail.replaceChildren(make("p", {}, state.answer?.rows?.length ? "Point at an item, or go to one with the arrow keys, to see it in the format, the table and the bytes." : ""));
    return;
  }
  $("rows").children[i]?.classList.add("on");
  for (let at = row.offset; at < row.offset + row.size && at < cells.length; at++) {
    cells[at].classList.add("on");
    chars[at].classList.add("on");
  }
  if (row.pos != null) document.querySelector(`#paint b[data-pos="${row.pos}"]`)?.classList.add("on");
  const dl = make("dl");
  const say = (what, text) => text && dl.append(make("dt", {}, what), make("dd", {}, text));
  say("value", row.text);
  say("C type", row.pad ? "" : row.ctype);
  say("Go type", row.go);
  say("range", row.range);
  say("Pack takes", row.accepts);
  say("why", row.why);
  say("where", row.size ? `${row.size} ${row.size === 1 ? "byte" : "bytes"} at ${row.at} (0x${row.at.toString(16)})` : `no bytes, at ${row.at}`);
  detail.replaceChildren(make("h2", {class: "h" + row.hue}, make("span", {}, row.code || "alignment"), row.name ? " " + row.name : ""), dl);
}

const rowOf = at => state.of ? state.of[at] : -1;

$("grid").addEventListener("mouseover", event => {
  const at = event.target.dataset?.at;
  if (at != null) mark(rowOf(+at));
});
$("grid").addEventListener("mousedown", event => {
  const at = event.target.dataset?.at;
  if (at != null) step(+at);
});
$("grid").addEventListener("focus", () => step(state.at));
function step(to) {
  if (to < 0 || to >= cells.length) return;
  cells[state.at]?.classList.remove("at");
  state.at = to;
  state.high = false;
  cells[to].classList.add("at");
  cells[to].scrollIntoView({block: "nearest", inline: "nearest"});
  mark(rowOf(to));
  const row = state.answer.rows[rowOf(to)];
  $("said").textContent = `${hex(state.answer.start + to, 8)}: ${cells[to].textContent === "··" ? "no byte" : cells[to].textContent}${row ? ", " + (row.name || row.code || "alignment") + ", " + row.text : ""}`;
}
$("grid").addEventListener("keydown", async event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const to = {ArrowRight: state.at + 1, ArrowLeft: state.at - 1, ArrowDown: state.at + across, ArrowUp: state.at - across, Home: 0, End: cells.length - 1}[event.key];
  if (to != null) {
    event.preventDefault();
    step(to);
  } else if (/^[0-9a-f]$/i.test(event.key) && cells.length) {
    event.preventDefault();
    const at = state.answer.start + state.at, digit = parseInt(event.key, 16), old = state.bytes[at] || 0;
    put(at, [state.high ? old & 0xf0 | digit : digit << 4 | old & 0x0f]);
    const next = state.high ? state.at + 1 : state.at, high = !state.high;
    await look();
    step(Math.min(next, cells.length - 1));
    state.high = high;
  }
});

// In the format, the pointer and the caret mark the item they are at.
$("format").addEventListener("mousemove", event => {
  const b = document.elementsFromPoint(event.clientX, event.clientY).find(e => e.dataset?.row != null && e.tagName === "B");
  if (b && +b.dataset.row !== state.marked) mark(+b.dataset.row);
});
function atCaret() {
  if (document.activeElement !== $("format") || !state.answer?.rows || state.answer.c) return -1;
  const at = $("format").selectionStart;
  return state.answer.rows.findIndex(r => r.pos != null && r.pos <= at && at <= r.end);
}
document.addEventListener("selectionchange", () => {
  const i = atCaret();
  if (i >= 0 && i !== state.marked) mark(i);
});

// The panes below.

const tabs = ["take", "abis", "pythons", "frames"];
function show(tab, focus) {
  state.tab = tab;
  for (const name of tabs) {
    const on = name === tab;
    $("tab-" + name).setAttribute("aria-selected", on);
    $("tab-" + name).tabIndex = on ? 0 : -1;
    if (on && focus) $("tab-" + name).focus();
  }
  $("pane").setAttribute("aria-labelledby", "tab-" + tab);
  $("pane").replaceChildren();
  return look();
}
for (const [i, name] of tabs.entries()) {
  $("tab-" + name).addEventListener("click", () => show(name));
  $("tab-" + name).addEventListener("keydown", event => {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (by) show(tabs[(i + by + tabs.length) % tabs.length], true);
  });
}

// later brings the pane up to date when one has stopped typing.
let waited;
function later() {
  clearTimeout(waited);
  waited = setTimeout(pane, 120);
}

function pane() {
  const out = $("pane"), answer = state.answer;
  if (!answer?.rows && state.tab !== "frames") {
    out.replaceChildren(make("p", {}, "There is a format to write first."));
    return;
  }
  if (state.tab in answer || state.tab === "take" || state.tab === "frames") return {take, abis, pythons, frames}[state.tab](out, answer);
}

function abis(out, answer) {
  const host = answer.abis.find(a => a.name === $("abi").value) || answer.abis[0];
  const head = make("tr", {}, make("th", {scope: "col"}, "item"), ...answer.abis.map(a => make("th", {scope: "col"}, a.name)));
  const body = make("tbody");
  const cell = (text, same) => make("td", {class: "name"}, same ? text : make("span", {class: "diff"}, text, make("span", {class: "hidden"}, " (differs)")));
  body.append(make("tr", {}, make("th", {scope: "row"}, "size"), ...answer.abis.map(a => cell(String(a.size), a.size === host.size))));
  const order = a => !answer.platform ? "as the format says" : a.big ? "big-endian" : "little-endian";
  body.append(make("tr", {}, make("th", {scope: "row"}, "byte order"), ...answer.abis.map(a => cell(order(a), order(a) === order(host)))));
  for (const [i, row] of host.rows.entries()) {
    body.append(make("tr", {}, make("th", {scope: "row"}, make("code", {}, row.code)), ...answer.abis.map(a => cell(a.rows[i].place, a.rows[i].place === row.place))));
  }
  out.replaceChildren(make("p", {}, answer.platform ? `Offset and size of each item as C compilers for these platforms have them; what is not as on ${host.name} is marked.` :
    "The format begins with <, > or !: it is the same on every platform."), make("table", {}, make("thead", {}, head), body));
}

function pythons(out, answer) {
  const {versions, codes, notes} = answer.pythons;
  const words = {"●": ["yes", "the same"], "◐": ["words", "the same, with other words in some errors"], "○": ["other", "some results differ"], "–": ["no", "is not there"]};
  const head = make("tr", {}, make("th", {scope: "col"}, "code"), ...versions.map(v => make("th", {scope: "col", class: "mid"}, v)));
  const body = make("tbody", {}, ...codes.map(c => make("tr", {}, make("th", {scope: "row"}, make("code", {}, c.code)),
    ...c.agree.map(a => make("td", {class: "agree " + words[a][0], title: words[a][1]}, make("span", {"aria-hidden": "true"}, a), make("span", {class: "hidden"}, words[a][1]))))));
  out.replaceChildren(make("p", {}, "How CPythons on linux/amd64 answer for these codes: ● the same, ◐ the same with other words in some errors, ○ some results differ, – the code is not there."),
    make("table", {}, make("thead", {}, head), body), make("ul", {}, ...notes.map(n => make("li", {}, n))));
}

async function take(out) {
  const answer = await ask("take");
  if (state.tab !== "take") return;
  const forms = [["go", "Go"], ["python", "Python"], ["cstruct", "C"], ["command", "Command"], ["markdown", "Markdown"], ["svg", "Picture"], ["link", "Link"]];
  answer.link = location.href.split("#")[0] + "#" + fragment();
  const text = answer[state.taken] ?? "";
  const choice = make("div", {class: "choice", role: "radiogroup", "aria-label": "Take away as"}, ...forms.map(([key, label]) => {
    const input = make("input", {type: "radio", name: "taken", value: key, onchange: () => { state.taken = key; take(out).then(() => out.querySelector("input:checked").focus()); }});
    input.checked = key === state.taken;
    return make("label", {}, input, make("span", {}, label));
  }));
  const copy = make("button", {type: "button", onclick: async () => {
    await copied(text);
    copy.textContent = "Copied";
  }}, "Copy");
  const buttons = make("span", {class: "copy"}, copy);
  if (state.taken === "svg") buttons.append(make("button", {type: "button", onclick: () => save(new Blob([text], {type: "image/svg+xml"}), "structpack.svg")}, "Save"));
  const shown = state.taken === "svg" ? make("img", {alt: "The layout as a picture", src: "data:image/svg+xml," + encodeURIComponent(text)}) : make("pre", {class: "out", tabindex: "0"}, text);
  out.replaceChildren(choice, buttons, answer.error ? make("p", {class: "error"}, answer.error.text) : shown);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // from a file, where there is no clipboard
    const area = make("textarea", {class: "hidden"});
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function save(blob, name) {
  const a = make("a", {href: URL.createObjectURL(blob), download: name});
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}

let cutting = 0;
async function frames(out) {
  if (!$("rules")) {
    const rules = make("input", {id: "rules", type: "text", spellcheck: "false", placeholder: "LengthAt(2)", autocomplete: "off"});
    rules.value = state.rules;
    rules.addEventListener("input", () => { state.rules = rules.value; link(); frames(out); });
    out.replaceChildren(make("p", {}, "The format is a header, and one of its integers the length of what follows. Rules say which, and what it counts: ",
      ...["LengthAt(2)", "CountsFrom(1)", "CountsHeader", "Trailer(1)", "Fixed(0, 7)", "NoPayload"].flatMap(r => [make("code", {}, r), " "])),
    make("div", {class: "fields"}, make("label", {class: "grow"}, "Rules ", rules)), make("div", {id: "cut"}));
  }
  const mine = ++cutting, answer = await ask("frames", {rules: state.rules});
  const cut = $("cut");
  if (mine !== cutting || !cut) return;
  cut.replaceChildren();
  if (answer.frames?.length) {
    const body = make("tbody", {}, ...answer.frames.map((f, i) => {
      const go = () => {
        $("offset").value = f.at;
        look().then(() => $("rows").children[0]?.focus());
      };
      return make("tr", {class: "frame", tabindex: "0", onclick: go, onkeydown: e => e.key === "Enter" && go()}, make("td", {class: "num"}, String(i)), make("td", {class: "num"}, hex(f.at, 8)),
        make("td", {class: "name"}, f.head), make("td", {class: "num"}, String(f.size)), make("td", {class: "name"}, f.payload.length > 90 ? f.payload.slice(0, 89) + "…" : f.payload));
    }));
    cut.append(make("p", {class: "facts"}, answer.layout || ""), make("table", {}, make("thead", {}, make("tr", {}, ...["frame", "at", "header", "size", "payload"].map(h => make("th", {scope: "col"}, h)))), body));
  }
  if (answer.error) cut.append(make("p", {class: "error"}, answer.error.text));
  else if (answer.left > 0) cut.append(make("p", {class: "facts"}, `${answer.left} bytes more`));
}

// The link.

function fragment() {
  const q = new URLSearchParams();
  const add = (key, value) => value && q.set(key, value);
  add("f", $("format").value);
  add("n", $("fields").value);
  if ($("abi").value !== "lp64-le") add("abi", $("abi").value);
  add("o", $("offset").value);
  if ($("each").checked) add("each", "1");
  if (state.bytes.length <= 1 << 15) add("d", encode(state.bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
  if (state.form !== "hex") add("form", state.form);
  add("r", state.rules);
  if (state.tab !== "take") add("tab", state.tab);
  return q.toString();
}
let linking;
function link() {
  clearTimeout(linking); // browsers limit how often
  linking = setTimeout(() => history.replaceState(null, "", "#" + fragment()), 300);
}

async function open(text) {
  const q = new URLSearchParams(text);
  const get = key => q.get(key) || "";
  $("format").value = get("f");
  $("fields").value = get("n");
  $("abi").value = get("abi") || "lp64-le";
  if (!$("abi").value) $("abi").value = "lp64-le";
  $("offset").value = get("o");
  $("each").checked = get("each") === "1";
  state.rules = get("r");
  closeFile();
  $("dataerror").textContent = "";
  choose(["text", "base64"].includes(get("form")) ? get("form") : "hex");
  const answer = JSON.parse(await engine(new URLSearchParams({op: "read", form: "base64", text: get("d")}).toString()));
  state.bytes = answer.bytes ? decode(answer.bytes) : new Uint8Array();
  state.version = (state.version || 0) + 1;
  write();
  $("pane").replaceChildren();
  await show(tabs.includes(get("tab")) ? get("tab") : "take");
}
window.addEventListener("hashchange", () => open(location.hash.slice(1)));

// Files.

async function openFile(file) {
  if (file.size > 1 << 29) {
    $("dataerror").textContent = "The file has more than 512 MiB: the command structpack reads such files.";
    return;
  }
  state.bytes = new Uint8Array(await file.arrayBuffer());
  state.version = (state.version || 0) + 1;
  state.name = file.name || "file";
  state.unread = "";
  state.base = 0;
  state.length = 1 << 18;
  $("offset").value = "";
  $("filename").textContent = state.name;
  $("filesize").textContent = `${file.size.toLocaleString("en")} bytes`;
  $("opened").hidden = false;
  $("text").hidden = true;
  $("dataerror").textContent = "";
  const kind = known();
  if (kind && !$("format").value.trim()) lay(kind);
  else await look();
}
function closeFile() {
  state.name = state.unread = "";
  $("opened").hidden = true;
  $("text").hidden = false;
}
$("file").addEventListener("change", event => {
  if (event.target.files[0]) openFile(event.target.files[0]);
  event.target.value = "";
});
$("close").addEventListener("click", () => {
  closeFile();
  state.bytes = new Uint8Array();
  state.version++;
  $("text").value = "";
  look();
});
$("save").addEventListener("click", () => save(new Blob([state.bytes]), state.name || "structpack.bin"));
addEventListener("dragover", event => { event.preventDefault(); $("drop").hidden = false; });
addEventListener("dragleave", event => { if (!event.relatedTarget) $("drop").hidden = true; });
addEventListener("drop", event => {
  event.preventDefault();
  $("drop").hidden = true;
  if (event.dataTransfer.files[0]) openFile(event.dataTransfer.files[0]);
});
addEventListener("paste", event => {
  if (event.clipboardData.files[0]) openFile(event.clipboardData.files[0]);
});

// What files begin with, and formats for them.
const kinds = [
  {what: "a PNG image", magic: "89504e470d0a1a0a", format: ">8sI4s2I5BI", fields: "signature,length,type,width,height,depth,color,compression,filter,interlace,crc", more: [["its chunks", {format: ">I4s", fields: "length,type", offset: "8", rules: "LengthAt(0), Trailer(4)"}]]},
  {what: "a packet capture", magic: "d4c3b2a1", format: "<I2HiI2I", fields: "magic,major,minor,zone,sigfigs,snaplen,network", more: [["its packets", {format: "<4I", fields: "seconds,micros,length,original", offset: "24", rules: "LengthAt(2)"}]]},
  {what: "a packet capture", magic: "a1b2c3d4", format: ">I2HiI2I", fields: "magic,major,minor,zone,sigfigs,snaplen,network", more: [["its packets", {format: ">4I", fields: "seconds,micros,length,original", offset: "24", rules: "LengthAt(2)"}]]},
  {what: "a pcapng capture", magic: "0a0d0d0a", format: "<3I2Hq", fields: "type,length,order,major,minor,section", more: [["its blocks", {format: "<2I", fields: "type,length", rules: "LengthAt(1), CountsHeader"}]]},
  {what: "an ELF file", magic: "7f454c460201", format: "<4s5B7x2HI3QI6H", fields: "magic,class,data,version,os,abi,type,machine,version2,entry,phoff,shoff,flags,ehsize,phentsize,phnum,shentsize,shnum,shstrndx"},
  {what: "a ZIP archive", magic: "504b0304", format: "<4s5H3I2H", fields: "signature,version,flags,method,time,date,crc,compressed,size,name,extra"},
  {what: "a WAV sound", magic: "52494646", format: "<4sI4s4sI2H2I2H", fields: "riff,size,wave,chunk,length,format,channels,rate,bytes,align,bits"},
  {what: "a BMP image", magic: "424d", format: "<2sI2HI I2i2H", fields: "magic,size,reserved1,reserved2,pixels,header,width,height,planes,bits"},
  {what: "a GIF image", magic: "47494638", format: "<6s2H3B", fields: "signature,width,height,flags,background,aspect"},
  {what: "a gzip file", magic: "1f8b", format: "<2s2BI2B", fields: "magic,method,flags,time,extra,os"},
  {what: "a class of Java", magic: "cafebabe", format: ">I3H", fields: "magic,minor,major,constants"},
  {what: "an SQLite database", magic: "53514c69746520666f726d61742033", format: ">16sH6B4I", fields: "magic,page,write,read,reserved,max,min,leaf,changes,pages,free,frees"},
];
function known() {
  const start = Array.from(state.bytes.subarray(0, 16), b => hex(b, 2)).join("");
  return start && kinds.find(k => start.startsWith(k.magic));
}
function lay({format, fields, offset = "", rules = ""}) {
  $("format").value = format;
  $("fields").value = fields;
  $("offset").value = offset;
  state.rules = rules;
  show(rules ? "frames" : state.tab);
}
let suggested;
function suggest() {
  const kind = known(), out = $("hint");
  if (kind === suggested) return;
  suggested = kind;
  out.hidden = !kind;
  if (!kind) return;
  out.replaceChildren("This is ", make("strong", {}, kind.what), ": ");
  out.append(make("button", {type: "button", onclick: () => lay(kind)}, "its header"));
  for (const [what, layout] of kind.more || []) out.append(" ", make("button", {type: "button", onclick: () => lay(layout)}, what));
}

// Examples.
const examples = [
  ["PNG header", {f: kinds[0].format, n: kinds[0].fields, d: "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAEElEQVR4nGNgYGBg-P8fAAMDAQAF_gL-AAAAAElFTkSuQmCC"}],
  ["TCP header", {f: "!HHIIBBHHH", n: "source,target,sequence,acknowledged,offset,flags,window,checksum,urgent", d: "AbvIIgAAAAEAAAAAUAIgAAAAAAA"}],
  ["a struct of C", {f: "struct reading {\n\tchar kind;\n\tdouble value;\n\tshort channel[3];\n\tlong time;\n\tchar unit[5];\n};", d: "dAAAAAAAAAAAAAAAADA3QAEAAgADAAAAgFGeZQAAAABkZWdDAAAAAA"}],
  ["frames of a protocol", {f: "!HBI", n: "id,kind,length", d: "AAcBAAAABWhlbGxvAAgCAAAAAAAJAQAAAAV3b3JsZA", tab: "frames"}],
  ["native padding", {f: "@cqhi", n: "kind,when,port,count", d: "YQAAAAAAAAAqAAAAAAAAAFAAAAADAAAA"}],
  ["half floats and complex numbers", {f: "<3eF2d", n: "half,single,double", d: "ADwAQABCAACAPwAAAEAAAAAAAADwPxgtRFT7IQlA"}],
  ["a mistake", {f: "!2H3y4s"}],
];
for (const [i, [name]] of examples.entries()) $("examples").append(make("option", {value: i}, name));
$("examples").addEventListener("change", event => {
  const example = examples[event.target.value];
  event.target.value = "";
  if (example) open(new URLSearchParams(example[1]).toString());
});

// Inputs.

// changed looks at once, and after that once for each picture that the browser draws.
let waiting = false, more = false;
function changed() {
  more = waiting;
  if (waiting) return;
  waiting = true;
  look();
  requestAnimationFrame(() => {
    waiting = false;
    if (more) changed();
  });
}
for (const id of ["format", "fields", "offset"]) $(id).addEventListener("input", id === "format" ? () => { paintNow(); changed(); } : changed);
// paintNow keeps the letters that one types on the screen until there is an answer.
function paintNow() {
  $("paint").replaceChildren($("format").value + "\u200b");
}
for (const id of ["abi", "each"]) $(id).addEventListener("change", changed);
$("text").addEventListener("input", async () => {
  if (await readText()) changed();
});
for (const radio of document.querySelectorAll('input[name="form"]')) radio.addEventListener("change", () => {
  state.form = radio.value;
  write();
  $("dataerror").textContent = "";
  changed();
});
$("theme").addEventListener("click", () => {
  const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch {}
});
try { if (localStorage.getItem("theme")) document.documentElement.dataset.theme = localStorage.getItem("theme"); } catch {}
new ResizeObserver(() => {
  const n = document.querySelector(".bytes").clientWidth < 650 ? 8 : 16;
  if (n === across) return;
  across = n;
  if (state.answer?.rows) { grid(state.answer); mark(state.marked); }
}).observe(document.querySelector("main"));

start().then(async () => {
  const answer = JSON.parse(await engine("op=platforms"));
  for (const [i, name] of answer.platforms.entries()) $("abi").append(make("option", {value: name}, `${name}: ${answer.machines[i]}`));
  $("engine").textContent = answer.version;
  await open(location.hash.length > 1 ? location.hash.slice(1) : new URLSearchParams(examples[0][1]).toString());
}).catch(error => { $("error").textContent = `The engine does not start: ${error.message}`; });
