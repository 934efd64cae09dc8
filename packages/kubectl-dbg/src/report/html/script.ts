/**
 * The script of the report page. All container output is inserted as textContent, never as markup. The table renders only
 * visible rows.
 */
export const SCRIPT = `'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const $ = (id) => document.getElementById(id);
const el = (name, text, cls) => { const e = document.createElement(name); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; return e; };
const ROW = 32, SLACK = 12, PAPER = 2000;
const rows = data.rows.map((r, i) => ({ i, name: r[0], cls: r[1], code: r[2], why: r[3], node: r[4], ms: r[5], owner: r[6], out: r[7], file: r[8], bytes: r[9], start: r[10] }));
for (const r of rows) r.text = [r.name, r.cls, r.code, r.why, r.node, r.owner].join(' ').toLowerCase();
const keys = [['target', (r) => r.name], ['result', (r) => r.cls], ['code', (r) => r.code], ['why', (r) => r.why], ['node', (r) => r.node], ['ms', (r) => r.ms]];
let view = rows, sort = -1, down = false, on = -1;

function compare(a, b) {
  const get = keys[sort][1], x = get(a), y = get(b);
  const c = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true });
  return (down ? -c : c) || a.i - b.i;
}
function refresh() {
  const words = $('filter').value.toLowerCase().split(/\\s+/).filter(Boolean), cls = $('class').value;
  view = rows.filter((r) => (cls === '' || r.cls === cls) && words.every((w) => r.text.includes(w)));
  if (sort >= 0) view = view.slice().sort(compare);
  $('count').textContent = view.length + ' of ' + rows.length;
  $('space').style.height = view.length * ROW + 'px';
  $('rows').setAttribute('aria-rowcount', String(view.length));
  on = Math.min(on, view.length - 1);
  $('rows').scrollTop = 0;
  draw();
}
function draw() {
  const box = $('rows'), space = $('space');
  const first = Math.max(0, Math.floor(box.scrollTop / ROW) - SLACK);
  const last = Math.min(view.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + SLACK);
  const list = document.createDocumentFragment();
  for (let n = first; n < last; n++) {
    const r = view[n], row = el('div', undefined, n === on ? 'row on' : 'row');
    row.style.top = n * ROW + 'px';
    row.dataset.n = String(n);
    row.id = 'r' + n;
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', String(n + 1));
    row.setAttribute('aria-selected', String(n === on));
    row.append(el('span', r.name, 'mono'), el('span', r.cls, 'c-' + r.cls), el('span', r.code === null ? '' : String(r.code), 'num'), el('span', r.why), el('span', r.node), el('span', r.ms + ' ms', 'num'));
    for (const cell of row.children) { cell.setAttribute('role', 'gridcell'); cell.title = cell.textContent; }
    list.append(row);
  }
  space.replaceChildren(list);
  if (on >= first && on < last) box.setAttribute('aria-activedescendant', 'r' + on); else box.removeAttribute('aria-activedescendant');
}
function show(n) {
  on = n;
  const r = view[n], box = $('detail');
  box.replaceChildren();
  if (!r) return draw();
  box.append(el('h2', r.name));
  const list = el('dl');
  const facts = [['Result', r.cls], ['Exit code', r.code], ['Why', r.why], ['Workload', r.owner], ['Node', r.node], ['Started', r.start], ['Took', r.ms + ' ms'], ['Output', r.bytes + ' bytes' + (r.file ? ', whole in ' + r.file : '')]];
  for (const [k, v] of facts) if (v !== '' && v !== null && v !== undefined) list.append(el('dt', k), el('dd', String(v)));
  box.append(list);
  if (r.out >= 0) box.append(el('pre', data.outputs[r.out]));
  draw();
}
function move(n) {
  n = Math.max(0, Math.min(view.length - 1, n));
  const box = $('rows'), top = n * ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW - box.clientHeight;
  show(n);
}
function timeline() {
  const t0 = Date.parse(data.started), t1 = Math.max(t0 + 1, Date.parse(data.finished)), N = 60, bins = Array.from({ length: N }, () => [0, 0, 0]);
  for (const r of rows) {
    if (!r.start) continue;
    const at = Math.min(N - 1, Math.max(0, Math.floor(((Date.parse(r.start) + r.ms - t0) / (t1 - t0)) * N)));
    bins[at][r.cls === 'passed' ? 0 : r.cls === 'failed' || r.cls === 'timed-out' ? 1 : 2]++;
  }
  const most = Math.max(1, ...bins.map((b) => b[0] + b[1] + b[2])), svg = $('timeline');
  bins.forEach((b, i) => {
    let y = 88;
    b.forEach((n, k) => {
      if (n === 0) return;
      const h = (n / most) * 84, rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      rect.setAttribute('x', String(i * 10 + 1)); rect.setAttribute('width', '8'); rect.setAttribute('y', String(y - h)); rect.setAttribute('height', String(h));
      rect.setAttribute('class', ['ok', 'bad', 'warn'][k]);
      y -= h;
      svg.append(rect);
    });
  });
}
function groups() {
  for (const g of data.groups) {
    const box = el('details'), head = el('summary');
    head.append(el('b', g.count + (g.count === 1 ? ' target' : ' targets')), el('span', (g.code === null ? '' : ', exit code ' + g.code) + '  ', g.code === 0 ? 'c-passed' : 'c-failed'), el('span', g.names.join(', ') + (g.more > 0 ? ' and ' + g.more + ' more' : ''), 'mute mono'));
    box.append(head);
    box.addEventListener('toggle', () => {
      if (!box.open || box.children.length > 1) return;
      box.append(el('pre', g.out === '' ? '(no output)' : g.out));
      if (g.diff) {
        const pre = el('pre');
        for (const line of g.diff.split('\\n')) pre.append(el('span', line + '\\n', line[0] === '+' ? 'add' : line[0] === '-' ? 'del' : ''));
        box.append(el('div', 'Difference from the largest group', 'mute'), pre);
      }
    });
    $('groups').append(box);
  }
}
keys.forEach(([name], k) => $('head').children[k].addEventListener('click', (event) => {
  down = sort === k ? !down : false; sort = k;
  for (const b of $('head').children) b.removeAttribute('aria-sort');
  event.currentTarget.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  refresh();
}));
let drawing = false;
$('rows').addEventListener('scroll', () => { if (drawing) return; drawing = true; requestAnimationFrame(() => { drawing = false; draw(); }); });
$('space').addEventListener('click', (event) => { const row = event.target.closest('.row'); if (row) { show(Number(row.dataset.n)); } });
$('rows').addEventListener('keydown', (event) => {
  const page = Math.floor($('rows').clientHeight / ROW), to = { ArrowDown: on + 1, ArrowUp: on - 1, PageDown: on + page, PageUp: on - page, Home: 0, End: view.length - 1 }[event.key];
  if (event.key === 'Enter') { event.preventDefault(); $('detail').scrollIntoView(); return; }
  if (to === undefined || view.length === 0) return;
  event.preventDefault();
  move(to);
});
let typing;
$('filter').addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(refresh, 60); });
$('class').addEventListener('change', refresh);
addEventListener('keydown', (event) => { if (event.key === '/' && document.activeElement !== $('filter')) { event.preventDefault(); $('filter').focus(); } });
addEventListener('resize', draw);
addEventListener('beforeprint', () => {
  const body = $('paper').tBodies[0];
  body.replaceChildren();
  for (const r of view.slice(0, PAPER)) { const tr = el('tr'); for (const v of [r.name, r.cls, r.code === null ? '' : r.code, r.why, r.node, r.ms]) tr.append(el('td', String(v))); body.append(tr); }
  if (view.length > PAPER) { const td = el('td', 'and ' + (view.length - PAPER) + ' more'); td.colSpan = 6; const tr = el('tr'); tr.append(td); body.append(tr); }
  for (const box of document.querySelectorAll('#groups details')) box.open = true;
});
groups(); timeline(); refresh();
`;
