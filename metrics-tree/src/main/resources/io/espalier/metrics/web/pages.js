'use strict';
// Fills the charts of a page by its controls, keeps both in the address, and opens the tree. Without it the controls
// are a plain form and the charts are pictures.
const controls = document.getElementById('controls');
const charts = [...document.querySelectorAll('figure.chart')].map(figure => ({figure, chart: new Chart(figure, range => move(range))}));
let range = null;      // what was zoomed to; else the controls say

if (controls && charts.length) {
  controls.querySelector('button').hidden = true;
  controls.addEventListener('change', event => { if (event.target.name === 'from') range = null; remember(); load(); });
  controls.addEventListener('submit', event => { event.preventDefault(); remember(); load(); });
  addEventListener('popstate', () => location.reload());
  load();
  setInterval(() => { if (!range && !document.hidden) load(); }, 10000);
}
for (const twig of document.querySelectorAll('#tree .twig')) open(twig);

function move(to) {
  range = to && to.map(Math.round);
  remember();
  load();
}

function parameters() {
  const all = new URLSearchParams(new FormData(controls));
  for (const [name, value] of [...all]) if (!value) all.delete(name);
  if (range) { all.set('from', range[0]); all.set('to', range[1]); }
  return all;
}

function remember() {
  history.pushState(null, '', location.pathname + '?' + parameters());
}

function load() {
  for (const {figure, chart} of charts) fill(figure, chart);
}

async function fill(figure, chart) {
  const all = parameters(), compare = all.get('compare'), look = {type: all.get('type') || 'line', style: all.get('style') || 'default'};
  all.delete('key');
  all.delete('compare');
  all.set('format', 'json');
  all.set('limit', 20);
  all.set('points', Math.max(50, Math.round((figure.clientWidth || 600) / (look.type === 'bar' ? 16 : 2))));
  try {
    const data = await get(figure.dataset.source + '?' + all);
    data.series = data.series.map(series => ({key: series.key, isBefore: false, times: series.points.map(p => p[0]), values: series.points.map(p => p[1])}));
    if (compare) {
      const by = {'1h': 3600, '1d': 86400, '7d': 604800, '30d': 2592000}[compare];
      all.set('from', data.from - by);
      all.set('to', data.to - by);
      all.set('step', data.step);
      const before = await get(figure.dataset.source + '?' + all);
      const places = new Map(data.series.map((series, i) => [series.key, i]));
      for (const series of before.series) {
        if (places.has(series.key)) data.series.push({key: series.key, isBefore: true, of: places.get(series.key),
          times: series.points.map(p => p[0] + by), values: series.points.map(p => p[1])});
      }
    }
    chart.set(data, look);
  } catch (problem) {
    chart.say(problem.message);
  }
}

async function get(url) {
  const answer = await fetch(url, {headers: {Accept: 'application/json'}}), body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || 'the server answered ' + answer.status);
  return body;
}

function open(twig) {
  const item = twig.parentElement;
  twig.setAttribute('role', 'button');
  twig.setAttribute('aria-expanded', 'false');
  const toggle = async event => {
    if (event.type === 'keydown' && event.key !== ' ') return;
    event.preventDefault();
    const isOpen = twig.getAttribute('aria-expanded') === 'true';
    twig.setAttribute('aria-expanded', String(!isOpen));
    twig.textContent = isOpen ? '▸' : '▾';
    let list = item.querySelector('ul');
    if (list) { list.hidden = isOpen; return; }
    list = item.appendChild(document.createElement('ul'));
    const held = new URLSearchParams([...new FormData(controls)].filter(([name, value]) => name === 'key' && value));
    for (const child of await get('/get/' + path(item.dataset.key) + '?children=1')) {
      const row = list.appendChild(document.createElement('li'));
      row.dataset.key = child.key;
      if (child.children) {
        const more = row.appendChild(document.createElement('a'));
        more.className = 'twig';
        more.href = '/trend/view/?open=' + encodeURIComponent(child.key);
        more.textContent = '▸';
        more.setAttribute('aria-label', 'Open ' + child.name);
        row.append(' ');
        open(more);
      }
      const link = row.appendChild(document.createElement('a'));
      const all = new URLSearchParams(held);
      all.append('key', child.key);
      link.href = '/trend/view/?' + all;
      link.textContent = child.name;
    }
  };
  twig.addEventListener('click', toggle);
  twig.addEventListener('keydown', toggle);
}

function path(key) { return key.split(',').map(encodeURIComponent).join(','); }
