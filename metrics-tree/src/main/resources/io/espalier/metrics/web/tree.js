'use strict';
// Both pages. Values come by /get once, then by server-sent events; after a reset, by /get again.
const COLOURS = ['#4c78a8', '#f58518', '#54a24b', '#e45756', '#72b7b2', '#b279a2', '#ff9da6', '#9d755d', '#bab0ac', '#eeca3b'];
const SECONDS = 300, SHOWN = 500, DRAWN = 10;

if (document.getElementById('go')) index(); else realtime(location.pathname.slice('/realtime/'.length));

async function index() {
  document.getElementById('go').addEventListener('submit', event => {
    event.preventDefault();
    location.href = '/realtime/' + document.getElementById('key').value.replace(/[?#/"<> ]/g, encodeURIComponent);
  });
  const answer = await fetch('/get/');
  if (!answer.ok) return;
  const tops = new Map();
  for (const entry of await answer.json()) {
    const top = Object.keys(entry)[0].split(',')[0];
    tops.set(top, (tops.get(top) || 0) + 1);
  }
  for (const [top, count] of [...tops].sort()) {
    const link = document.createElement('a');
    link.href = '/realtime/' + top.replace(/[?#/"<> %]/g, encodeURIComponent);
    link.textContent = decodeURIComponent(top);
    const item = document.createElement('li');
    item.append(link, ` (${count})`);
    document.getElementById('tops').append(item);
  }
}

function realtime(key) {
  const rows = new Map();   // key -> {tr, cells, value, history: [[second, value]]}
  let seq = null, source = null;
  document.title = document.getElementById('title').textContent = decodeURIComponent(key) || 'everything';

  async function load() {
    say('loading');
    const answer = await fetch('/get/' + key + '?live=1');
    const body = await answer.json();
    if (!answer.ok) { say(body.detail); return; }
    seq = answer.headers.get('Last-Event-ID');
    body.forEach(apply);
    listen();
  }

  function listen() {
    if (source) source.close();
    source = new EventSource('/pull/' + key + '?since=' + seq);
    source.onopen = () => say('live');
    source.onerror = () => say('reconnecting');
    source.addEventListener('change', event => { say('live'); JSON.parse(event.data).forEach(apply); });
    source.addEventListener('reset', () => { source.close(); load(); });
  }

  function apply(entry) {
    for (const [name, raw] of Object.entries(entry)) {
      const value = typeof raw === 'object' && raw !== null && 'p50' in raw ? raw.p50 : raw;
      let row = rows.get(name);
      if (!row) {
        if (rows.size >= SHOWN) { say(`live, first ${SHOWN} keys`); continue; }
        const tr = document.createElement('tr');
        const cells = [0, 1, 2].map(() => tr.appendChild(document.createElement('td')));
        cells[1].className = cells[2].className = 'n';
        const dot = document.createElement('span');
        dot.className = 'dot';
        cells[0].append(dot, name);
        row = {tr, cells, dot, history: [], value: null};
        rows.set(name, row);
        document.getElementById('rows').append(tr);
      }
      row.value = value;
      row.cells[1].textContent = typeof value === 'number' ? value.toLocaleString('en', {maximumFractionDigits: 3})
        : Array.isArray(value) ? value.slice(0, 10).map(item => Object.entries(item)[0].join(' ')).join(', ') : String(value);
      row.tr.classList.add('hot');
      setTimeout(() => row.tr.classList.remove('hot'), 400);
    }
  }

  function draw() {
    const now = Date.now() / 1000, numbers = [];
    for (const row of rows.values()) {
      if (typeof row.value !== 'number') continue;
      row.history.push([now, row.value]);
      while (row.history[0][0] < now - SECONDS) row.history.shift();
      const before = row.history[Math.max(0, row.history.length - 6)];
      row.cells[2].textContent = now === before[0] ? '' : ((row.value - before[1]) / (now - before[0])).toLocaleString('en', {maximumFractionDigits: 1});
      row.dot.style.background = 'transparent';
      numbers.push(row);
    }
    numbers.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    const drawn = numbers.slice(0, DRAWN);
    let low = 0, high = 1e-9;
    for (const row of drawn) for (const [, v] of row.history) { low = Math.min(low, v); high = Math.max(high, v); }
    const chart = document.getElementById('chart');
    chart.replaceChildren(...drawn.map((row, i) => {
      row.dot.style.background = COLOURS[i];
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
      line.setAttribute('stroke', COLOURS[i]);
      line.setAttribute('points', row.history.map(([t, v]) =>
        `${(800 * (1 - (now - t) / SECONDS)).toFixed(1)},${(235 - 230 * (v - low) / (high - low)).toFixed(1)}`).join(' '));
      return line;
    }));
  }

  const say = text => { document.getElementById('state').textContent = text; };
  load();
  setInterval(draw, 1000);
}
