'use strict';

/*
 * Renders the results of a soak: breaches first, then a table, and plots of some rounds.
 */
const {results, subjects} = data;
const mostDrawn = 3;
const mostPoints = 150;

// ---- numbers ----

const whole = value => value.toLocaleString('en', {maximumFractionDigits: 0});
const millis = nanos => nanos / 1e6;
const inMillis = nanos => `${millis(nanos).toLocaleString('en', {maximumFractionDigits: millis(nanos) < 10 ? 2 : 0})} ms`;
const later = (one, other) => Math.max(one?.timers.p99Nanos ?? 0, one?.sleeps.p99Nanos ?? 0, other ?? 0);

// ---- facts and breaches ----

const broken = results.rounds.filter(round => round.breaches.length > 0);

function renderHead() {
  renderFacts(
    {
      ...results,
      complete: results.complete ? 'yes' : 'no, it was stopped',
      memory: `${whole(results.machine.memoryBytes / 2 ** 20)} MiB`,
    },
    [['Promises', make('strong', {class: broken.length === 0 ? 'kept' : 'failure'}, broken.length === 0
      ? `kept in every round, of ${whole(results.rounds.length)}`
      : `BROKEN in ${whole(broken.length)} of ${whole(results.rounds.length)} rounds`)]],
    [
      ['First seed', `${results.seed}`],
      ...Object.entries(results.absent).map(([id, reason]) => [`Left out: ${id}`, reason]),
    ]);
  for (const round of broken) {
    for (const breach of round.breaches) {
      const link = make('a', {href: `#${round.name}`}, `${round.name}, seed ${round.seed}`);
      fill('warnings', make('p', {class: 'warning'}, make('strong', null, 'Broken: '), link, `: ${breach}`));
    }
  }
}

// ---- table ----

const known = id => subjects.find(subject => subject.id === id) ?? {id, description: '', load: false};
const groups = [...Map.groupBy(results.rounds, round => round.name)]
  .map(([id, rounds]) => ({...known(id), rounds}))
  .sort((one, other) => subjects.findIndex(s => s.id === one.id) - subjects.findIndex(s => s.id === other.id));

const sum = (rounds, figure) => rounds.reduce((total, round) => total + (round.figures[figure] ?? 0), 0);

function renderTable() {
  const head = ['rounds', 'broken', 'timers', 'coroutines',
    'late, p99, before', 'late, p99, after', 'a parked thread, p99, after'];
  if (groups.every(group => group.load)) {
    document.getElementById('summary').remove();
    return;
  }
  fill('table',
    make('thead', null, make('tr', null,
      make('th', {scope: 'col'}, 'fault'),
      ...head.map(text => make('th', {scope: 'col', class: 'median'}, text)))),
    make('tbody', null, ...groups.filter(group => !group.load).map(({id, rounds}) => {
      const broken = rounds.filter(round => round.breaches.length > 0).length;
      const cells = [
        whole(rounds.length), whole(broken), whole(sum(rounds, 'timers')), whole(sum(rounds, 'coroutines')),
        inMillis(rounds.reduce((most, round) => later(round.before, most), 0)),
        inMillis(rounds.reduce((most, round) => later(round.after, most), 0)),
        inMillis(Math.max(0, ...rounds.map(round => round.after?.machine.p99Nanos ?? 0))),
      ];
      return make('tr', null, make('th', {scope: 'row'}, make('a', {href: `#${id}`}, id)),
        ...cells.map((text, at) => make('td', {class: at === 1 && broken > 0 ? 'median failure' : 'median'}, text)));
    })));
}

// ---- a section for each fault and load ----

const charts = [];

function drawnOf(rounds) {
  const drawn = rounds.filter(round => round.windows.length > 0);
  const worst = drawn.toSorted((one, other) =>
    other.breaches.length - one.breaches.length || later(other.after) - later(one.after));
  return worst.slice(0, mostDrawn).toSorted((one, other) => one.seed - other.seed);
}

function renderGroup({id, description, load, rounds}) {
  const isBroken = rounds.some(round => round.breaches.length > 0);
  fill('nav', make('a', {href: `#${id}`, class: isBroken ? 'failure' : ''}, isBroken ? `${id}: broken` : id), ' ');
  const section = make('section', {id}, make('h2', null, id), make('p', null, description));
  for (const round of drawnOf(rounds)) {
    const key = `${id}-${round.seed}`;
    charts.push([`${key}-lateness`, latenessChart(round)], [`${key}-room`, roomChart(round)]);
    section.append(
      make('h3', null, `seed ${round.seed}, ${round.engine}, ${round.collector}`),
      ...round.breaches.map(breach => warning(breach)),
      make('div', {class: 'plots'},
        figure(`${key}-lateness`, load ? 'Lateness over time' : 'Lateness over time; the fault is shaded'),
        figure(`${key}-room`, 'Heap in use and threads over time')));
  }
  section.append(renderFigures(rounds));
  fill('main', section);
}

/** Counts of all rounds, and what their notes say, each once. */
function renderFigures(rounds) {
  const names = [...new Set(rounds.flatMap(round => Object.keys(round.figures)))];
  const notes = [...new Set(rounds.flatMap(round => round.notes))].slice(0, 12);
  return make('dl', null, ...facts([
    ...names.map(name => [name, whole(sum(rounds, name))]),
    ...notes.map(note => ['note', note]),
  ]));
}

// ---- plots ----

/** Behind the lines: from the beginning of the fault to its end. */
const shade = {
  id: 'shade',
  beforeDatasetsDraw(chart, args, {from, to}) {
    if (to > from) {
      const {ctx, chartArea, scales} = chart;
      const [left, right] = [from, to].map(second => scales.x.getPixelForValue(second));
      ctx.save();
      ctx.fillStyle = color('rule');
      ctx.globalAlpha = 0.6;
      ctx.fillRect(left, chartArea.top, right - left, chartArea.bottom - chartArea.top);
      ctx.restore();
    }
  },
};

/** A load of minutes has hundreds of windows: a point is the worst of a few. */
function thinned(points) {
  const size = Math.ceil(points.length / mostPoints);
  return [...Map.groupBy(points, point => Math.floor(points.indexOf(point) / size)).values()].map(group => {
    const values = group.map(point => point.y).filter(y => y !== null);
    return {x: group.at(-1).x, y: values.length === 0 ? null : Math.max(...values)};
  });
}

const line = (label, round, name, dash, valueOf, axis = 'y') => ({
  label,
  data: thinned(round.windows.map(window => ({x: window.atMillis / 1e3, y: valueOf(window)}))),
  borderColor: color(name),
  backgroundColor: color(name),
  borderDash: dash,
  borderWidth: 1.75,
  pointRadius: 0,
  yAxisID: axis,
});

function chartOf(round, datasets, scales) {
  return {
    type: 'line',
    data: {datasets},
    options: {
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      scales: {
        x: {type: 'linear', title: {display: true, text: 'seconds'}, grid: {color: color('rule')}},
        ...scales,
      },
      plugins: {
        shade: {from: round.faultFromMillis / 1e3, to: round.faultToMillis / 1e3},
        legend: lineLegend,
      },
    },
    plugins: [shade],
  };
}

/** A logarithmic axis has no place for zero: then nothing ran in that window. */
const shown = (lateness, key) => (lateness.count === 0 ? null : Math.max(0.001, millis(lateness[key])));

const latenessChart = round => () => chartOf(round, [
  line('timers, p50', round, 'ours-ids', [], window => shown(window.timers, 'p50Nanos')),
  line('timers, p99', round, 'ours-ids', [6, 3], window => shown(window.timers, 'p99Nanos')),
  line('timers, most', round, 'ours-ids', [2, 3], window => shown(window.timers, 'maxNanos')),
  line('coroutines, p50', round, 'netty', [], window => shown(window.sleeps, 'p50Nanos')),
  line('coroutines, p99', round, 'netty', [6, 3], window => shown(window.sleeps, 'p99Nanos')),
  line('coroutines, most', round, 'netty', [2, 3], window => shown(window.sleeps, 'maxNanos')),
  line('a parked thread, p99', round, 'other', [], window => shown(window.machine, 'p99Nanos')),
], {y: {type: 'logarithmic', title: {display: true, text: 'late, ms'}, grid: {color: color('rule')}}});

const roomChart = round => () => chartOf(round, [
  line('heap in use, MiB', round, 'jdk', [], window => window.heapBytes / 2 ** 20),
  line('threads', round, 'kafka', [6, 3], window => window.threads, 'threads'),
], {
  y: {beginAtZero: true, title: {display: true, text: 'MiB'}, grid: {color: color('rule')}},
  threads: {position: 'right', beginAtZero: true, title: {display: true, text: 'threads'}, grid: {display: false}},
});

renderHead();
renderTable();
groups.forEach(renderGroup);
keepDrawn(() => charts.forEach(([id, config]) => drawChart(document.getElementById(id), config())));
