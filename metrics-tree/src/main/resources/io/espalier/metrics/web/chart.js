'use strict';
// One chart: lines, areas, stacks or bars over time, as SVG. Drag to zoom, shift-drag or the wheel with shift to move,
// arrows and + - 0 on the keyboard. Knows nothing of where its numbers come from.
const PALETTES = {
  default: ['#4c78a8', '#f58518', '#54a24b', '#e45756', '#72b7b2', '#b279a2', '#ff9da6', '#9d755d', '#8f8a87', '#c9a227'],
  cpu: ['#5b8ff9', '#f6903d', '#e8684a', '#9270ca', '#269a99', '#8d97a8'],
  net: ['#2a9d4a', '#2f6fde', '#8fce9f', '#8fb4f2', '#c58b00', '#a05fb5'],
};
const OUTGOING = /(^|[^a-z])(out|tx|sent|send|up|bytes_out|write)([^a-z]|$)/;

class Chart {
  constructor(root, onRange) {
    this.root = root;
    this.onRange = onRange;
    this.hidden = new Set();
    root.replaceChildren();
    this.tools = this.add(root, 'div', 'tools');
    for (const [sign, label, act] of [['−', 'Zoom out', () => this.zoom(2)], ['+', 'Zoom in', () => this.zoom(.5)],
      ['◀', 'Earlier', () => this.pan(-.5)], ['▶', 'Later', () => this.pan(.5)], ['All', 'Back to the whole range', () => this.onRange(null)]]) {
      const button = this.add(this.tools, 'button');
      button.type = 'button';
      button.textContent = sign;
      button.setAttribute('aria-label', label);
      button.title = label;
      button.addEventListener('click', act);
    }
    this.state = this.add(this.tools, 'span', 'state');
    this.state.setAttribute('role', 'status');
    this.plot = this.add(root, 'div', 'plot');
    this.svg = this.shape(this.plot, 'svg', {tabindex: 0, role: 'img', 'aria-label': 'Chart of ' + (root.dataset.label || 'everything')});
    this.legend = this.add(root, 'table', 'legend');
    this.svg.addEventListener('keydown', event => this.key(event));
    this.svg.addEventListener('pointerdown', event => this.down(event));
    this.svg.addEventListener('pointermove', event => this.move(event));
    this.svg.addEventListener('pointerup', event => this.up(event));
    this.svg.addEventListener('pointercancel', () => { this.drag = null; this.draw(); });
    this.svg.addEventListener('pointerleave', () => { if (!this.drag) { this.at = null; this.draw(); } });
    this.svg.addEventListener('wheel', event => {
      if (!event.shiftKey && !event.ctrlKey) return;      // an ordinary wheel scrolls the page
      event.preventDefault();
      if (event.ctrlKey) this.zoom(event.deltaY > 0 ? 1.5 : .67); else this.pan(Math.sign(event.deltaY || event.deltaX) * .15);
    }, {passive: false});
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  add(parent, name, className) {
    const element = parent.appendChild(document.createElement(name));
    if (className) element.className = className;
    return element;
  }

  shape(parent, name, attributes, text) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  say(text) { this.state.textContent = text; }

  /** data: {from, to, step, markers, series: [{key, times, values, isBefore}]}, look: {type, style} */
  set(data, look) {
    this.data = data;
    this.look = look;
    this.drag = this.at = null;
    this.draw();
    this.list();
  }

  colour(i) { const all = PALETTES[this.look.style] || PALETTES.default; return all[i % all.length]; }

  sign(series) { return this.look.style === 'net' && this.look.type !== 'stack' && OUTGOING.test(series.key.toLowerCase()) ? -1 : 1; }

  shown() { return this.data.series.map((series, i) => ({series, i})).filter(({series}) => !this.hidden.has(series.key + series.isBefore)); }

  // --- Moving about ---

  pan(part) { const {from, to} = this.data, by = (to - from) * part; this.onRange([from + by, to + by]); }

  zoom(factor) {
    const {from, to, step} = this.data, middle = (from + to) / 2, half = Math.max((to - from) / 2 * factor, step);
    this.onRange([middle - half, middle + half]);
  }

  key(event) {
    if (!this.data || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = {ArrowLeft: () => this.pan(-.25), ArrowRight: () => this.pan(.25), '+': () => this.zoom(.5), '=': () => this.zoom(.5),
      '-': () => this.zoom(2), 0: () => this.onRange(null), Home: () => this.onRange(null), Escape: () => { this.drag = null; this.draw(); }}[event.key];
    if (act) { event.preventDefault(); act(); }
  }

  time(event) {
    const box = this.svg.getBoundingClientRect(), x = event.clientX - box.left;
    return this.data.from + (Math.min(Math.max(x, this.left), this.right) - this.left) / (this.right - this.left) * (this.data.to - this.data.from);
  }

  down(event) {
    if (!this.data || event.button) return;
    this.svg.setPointerCapture(event.pointerId);
    this.drag = {from: this.time(event), to: this.time(event), isPan: event.shiftKey};
  }

  move(event) {
    if (!this.data) return;
    this.at = this.time(event);
    if (this.drag) this.drag.to = this.at;
    this.draw();
  }

  up(event) {
    const drag = this.drag;
    this.drag = null;
    if (!drag) return;
    const to = this.time(event), {from: first, to: last} = this.data;
    if (drag.isPan) this.onRange([first - (to - drag.from), last - (to - drag.from)]);
    else if (Math.abs(to - drag.from) > (last - first) / 100) this.onRange([Math.min(drag.from, to), Math.max(drag.from, to)]);
    else this.draw();
  }

  // --- Drawing ---

  scale() {
    let low = 0, high = this.look.style === 'cpu' ? 100 : 0;
    const sums = new Map();
    for (const {series} of this.shown()) {
      const sign = this.sign(series);
      series.values.forEach((value, k) => {
        if (value === null) return;
        let v = value * sign;
        if (this.look.type === 'stack' && !series.isBefore) { v += sums.get(k) || 0; sums.set(k, v); }
        low = Math.min(low, v);
        high = Math.max(high, v);
      });
    }
    if (high - low < 1e-12) high = low + 1;
    const unit = 10 ** Math.floor(Math.log10((high - low) / 4)), step = [1, 2, 5, 10].map(f => f * unit).find(s => s >= (high - low) / 5.01);
    return {low: Math.floor(low / step + 1e-9) * step, high: Math.ceil(high / step - 1e-9) * step, step};
  }

  draw() {
    if (!this.data) return;
    const width = this.plot.clientWidth || 600, height = 260, {from, to} = this.data;
    const svg = this.svg, {low, high, step} = this.scale();
    svg.replaceChildren();
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const labels = [];
    for (let v = low; v <= high + step / 2; v += step) labels.push([v, number(v)]);
    this.left = 14 + 6.6 * Math.max(...labels.map(([, text]) => text.length));
    this.right = width - 8;
    const top = 18, bottom = height - 24;
    const x = t => this.left + (t - from) / (to - from) * (this.right - this.left);
    const y = v => bottom - (v - low) / (high - low) * (bottom - top);
    for (const [v, text] of labels) {
      this.shape(svg, 'line', {x1: this.left, x2: this.right, y1: y(v), y2: y(v), class: Math.abs(v) < step / 1e6 ? 'axis' : 'grid'});
      this.shape(svg, 'text', {x: this.left - 6, y: y(v) + 4, 'text-anchor': 'end'}, text);
    }
    for (const [t, text] of times(from, to, Math.max(2, Math.floor((this.right - this.left) / 95)))) {
      this.shape(svg, 'line', {x1: x(t), x2: x(t), y1: bottom, y2: bottom + 4, class: 'axis'});
      const half = text.length * 3;
      if (x(t) - half > 0 && x(t) + half < width) this.shape(svg, 'text', {x: x(t), y: bottom + 17, 'text-anchor': 'middle'}, text);
    }
    this.marks(svg, x, top, bottom);
    this.lines(svg, x, y);
    if (!this.data.series.length) this.shape(svg, 'text', {x: (this.left + this.right) / 2, y: (top + bottom) / 2, 'text-anchor': 'middle'}, 'no data in this range');
    if (this.drag && !this.drag.isPan) {
      const a = x(Math.min(this.drag.from, this.drag.to)), b = x(Math.max(this.drag.from, this.drag.to));
      this.shape(svg, 'rect', {x: a, width: b - a, y: top, height: bottom - top, class: 'selection'});
    } else if (this.at !== null && this.at !== undefined) {
      this.shape(svg, 'line', {x1: x(this.at), x2: x(this.at), y1: top, y2: bottom, class: 'cross'});
    }
    this.values();
  }

  marks(svg, x, top, bottom) {
    let free = this.left;
    for (const {time, text} of this.data.markers) {
      const at = x(time);
      const line = this.shape(svg, 'line', {x1: at, x2: at, y1: top, y2: bottom, class: 'mark'});
      this.shape(line, 'title', {}, `${when(time)} ${text}`);
      const cut = text.length > 28 ? text.slice(0, 27) + '…' : text;
      const wide = cut.length * 6;
      if (at >= free && at + wide < this.right + 8) {
        this.shape(svg, 'text', {x: at + 3, y: top - 5, class: 'marktext'}, cut);
        free = at + wide + 12;
      } else if (at - wide >= free) {
        this.shape(svg, 'text', {x: at - 3, y: top - 5, 'text-anchor': 'end', class: 'marktext'}, cut);
        free = at + 8;
      }
    }
  }

  lines(svg, x, y) {
    const base = new Map(), shown = this.shown(), bars = shown.filter(({series}) => !series.isBefore).length;
    const {step} = this.data, wide = Math.max(1, x(this.data.from + step) - x(this.data.from));
    shown.forEach(({series, i}, place) => {
      const colour = this.colour(series.of ?? i), sign = this.sign(series), type = series.isBefore ? 'line' : this.look.type;
      if (type === 'bar') {
        const width = Math.max(.7, wide * .8 / bars);
        let path = '';
        series.values.forEach((value, k) => {
          if (value === null) return;
          const at = x(series.times[k]) + wide * .1 + width * place, a = y(0), b = y(value * sign);
          path += `M${at.toFixed(1)} ${a.toFixed(1)}V${b.toFixed(1)}h${width.toFixed(1)}V${a.toFixed(1)}Z`;
        });
        this.shape(svg, 'path', {d: path, fill: colour});
        return;
      }
      let run = [], gap = 0;
      const flush = () => {
        if (!run.length) return;
        const line = run.map(([px, py], k) => `${k ? 'L' : 'M'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
        if (run.length === 1) this.shape(svg, 'circle', {cx: run[0][0], cy: run[0][1], r: 2, fill: colour});
        else {
          if (type === 'area' || type === 'stack') {
            const back = [...run].reverse().map(([px, , low]) => `L${px.toFixed(1)} ${low.toFixed(1)}`).join('');
            this.shape(svg, 'path', {d: line + back + 'Z', fill: colour, 'fill-opacity': type === 'stack' ? .8 : .25});
          }
          this.shape(svg, 'path', {d: line, class: 'series' + (series.isBefore ? ' before' : ''), stroke: colour});
        }
        run = [];
      };
      series.values.forEach((value, k) => {
        if (value === null) { if (++gap > 2) flush(); return; }   // a step that was late is no gap
        gap = 0;
        let v = value * sign, under = 0;
        if (type === 'stack') { under = base.get(k) || 0; v += under; base.set(k, v); }
        run.push([x(series.times[k] + step / 2), y(v), y(under)]);
      });
      flush();
    });
  }

  // --- Legend ---

  list() {
    this.legend.replaceChildren();
    if (!this.data.series.length) return;
    const head = this.add(this.add(this.legend, 'thead'), 'tr');
    for (const [text, name] of [['Key', ''], ['At', 'n'], ['Newest', 'n'], ['Mean', 'n wideonly'], ['Least', 'n wideonly'], ['Greatest', 'n wideonly']]) {
      this.add(head, 'th', name).textContent = text;
    }
    const body = this.add(this.legend, 'tbody');
    this.cells = this.data.series.map((series, i) => {
      const row = this.add(body, 'tr'), id = series.key + series.isBefore;
      const button = this.add(this.add(row, 'td'), 'button');
      button.type = 'button';
      button.setAttribute('aria-pressed', !this.hidden.has(id));
      const swatch = this.add(button, 'span', 'swatch');
      swatch.style.background = this.colour(series.of ?? i);
      if (series.isBefore) swatch.style.opacity = .5;
      button.append(series.key + (series.isBefore ? ' (before)' : ''));
      button.addEventListener('click', () => {
        if (!this.hidden.delete(id)) this.hidden.add(id);
        button.setAttribute('aria-pressed', !this.hidden.has(id));
        this.draw();
      });
      const at = this.add(row, 'td', 'n'), values = series.values.filter(v => v !== null);
      const all = values.length ? [values.at(-1), values.reduce((a, b) => a + b) / values.length, Math.min(...values), Math.max(...values)] : [];
      for (let k = 0; k < 4; k++) this.add(row, 'td', k ? 'n wideonly' : 'n').textContent = all.length ? number(all[k]) : '';
      return at;
    });
  }

  values() {
    this.data.series.forEach((series, i) => {
      if (!this.cells || !this.cells[i]) return;
      const k = this.at == null ? -1 : Math.floor((this.at - series.times[0]) / this.data.step), value = k < 0 ? null : series.values[k];
      this.cells[i].textContent = value === null || value === undefined ? '' : number(value);
    });
    this.say(this.at == null ? `${when(this.data.from)} to ${when(this.data.to)}` + (this.data.more ? `, ${this.data.more} more series` : '') : when(this.at));
  }
}

function number(value) {
  const size = Math.abs(value);
  if (size >= 1000) {
    const p = Math.min(6, Math.floor(Math.log10(size) / 3));
    return +(value / 1000 ** p).toFixed(2) + [' ', ' k', ' M', ' G', ' T', ' P', ' E'][p];
  }
  return size && size < .001 ? value.toExponential(1) : String(+value.toFixed(size < 1 ? 4 : 2));
}

function when(seconds) {
  return new Date(seconds * 1000).toLocaleString('en-GB', {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit'});
}

function times(from, to, wanted) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000];
  const step = steps.find(s => (to - from) / s <= wanted) || steps.at(-1), zone = new Date(from * 1000).getTimezoneOffset() * 60;
  const options = step >= 86400 ? {day: 'numeric', month: 'short'} : step < 60 ? {hour: '2-digit', minute: '2-digit', second: '2-digit'}
    : to - from > 172800 ? {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'} : {hour: '2-digit', minute: '2-digit'};
  const all = [];
  for (let t = Math.ceil((from - zone) / step) * step + zone; t <= to; t += step) all.push([t, new Date(t * 1000).toLocaleString('en-GB', options)]);
  return all;
}
