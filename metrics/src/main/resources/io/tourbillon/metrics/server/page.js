/*
 * Polls the server once a second and shows its replies. The names of tasks, loops and coroutines
 * come from users, so they go into the page as text and never as markup.
 */
const byId = id => document.getElementById(id);
/** The number of samples that the server keeps, too. */
const mostSamples = 300;
const charts = {};
let seen = 0;
let history = [];
let slowestTasks = [];

const count = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const rate = value =>
  value < 10 ? value.toLocaleString('en', {maximumFractionDigits: 1}) : count.format(value);
const percent = share => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

/** Formats seconds with a suitable unit. */
function duration(seconds) {
  if (seconds === null || seconds === undefined) {
    return '–';
  }
  const [factor, unit] = [[1e9, 'ns'], [1e6, 'µs'], [1e3, 'ms'], [1, 's']]
    .find(([factor]) => seconds * factor < 1000) ?? [1, 's'];
  return `${Number((seconds * factor).toPrecision(3))} ${unit}`;
}

const color = name =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const lineColor = at => color(`line-${at % 5}`);
const clock = epochMillis => new Date(epochMillis).toLocaleTimeString();

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) {
    made.className = className;
  }
  return made;
}

/** Shows terms with figures. Highlights figures that should be zero but are not. */
function showFigures(list, figures) {
  list.replaceChildren(...figures.map(([term, figure, alarming]) => {
    const tile = document.createElement('div');
    tile.append(element('dt', term), element('dd', figure, alarming ? 'alarming' : ''));
    return tile;
  }));
}

function showRows(table, rows) {
  table.tBodies[0].replaceChildren(...rows.map(({cells, className}) => {
    const row = document.createElement('tr');
    row.className = className ?? '';
    row.append(...cells.map(cell => element('td', cell)));
    return row;
  }));
}

function scale(format, more = {}) {
  return {
    grid: {color: color('rule')},
    ticks: {color: color('muted'), callback: format, maxTicksLimit: 7},
    ...more,
  };
}

function options(y, format) {
  return {
    animation: false,
    maintainAspectRatio: false,
    interaction: {mode: 'index', intersect: false},
    elements: {point: {radius: 0, hitRadius: 6}, line: {borderWidth: 1.75}},
    plugins: {
      legend: {labels: {color: color('ink'), boxWidth: 14, boxHeight: 2}},
      tooltip: {callbacks: {label: item => `${item.dataset.label}: ${format(item.parsed.y)}`}},
    },
    scales: {
      x: scale(undefined, {ticks: {color: color('muted'), maxTicksLimit: 6, maxRotation: 0}}),
      y,
    },
  };
}

/** Draws lines over time. Each has a name and gets its value from a sample; null is a gap. */
function showLines(id, lines, y, format) {
  const datasets = lines.map(([label, valueOf], at) => ({
    label,
    data: history.map(valueOf),
    borderColor: lineColor(at),
    backgroundColor: lineColor(at),
    spanGaps: false,
  }));
  show(id, 'line', history.map(sample => clock(sample.epochMillis)), datasets, options(y, format));
}

function show(id, type, labels, datasets, chartOptions) {
  const chart = charts[id];
  if (!chart) {
    charts[id] = new Chart(byId(id), {type, data: {labels, datasets}, options: chartOptions});
    return;
  }
  chart.data.labels = labels;
  datasets.forEach((dataset, at) => {
    chart.data.datasets[at] = Object.assign(chart.data.datasets[at] ?? {}, dataset);
  });
  chart.data.datasets.length = datasets.length;
  chart.options = chartOptions;
  chart.update('none');
}

const logarithmicSeconds = () => scale(duration, {type: 'logarithmic'});
/** A logarithmic scale has no zero, so values below a microsecond are drawn as one. */
const drawn = seconds => (seconds === null || seconds === undefined ? null : Math.max(seconds, 1e-6));
const percentilesOf = valueOf => ['p50', 'p99', 'p999', 'max'].map(key => [
  {p50: 'p50', p99: 'p99', p999: 'p99.9', max: 'most'}[key],
  sample => drawn(valueOf(sample)?.[key]),
]);

/** The sum of a count over all samples that are shown. */
const shown = valueOf => history.reduce((sum, sample) => sum + (valueOf(sample) ?? 0), 0);

const splitRow = (name, percentiles) => ({
  cells: [name, ...['p50', 'p99', 'p999', 'max'].map(key => duration(percentiles?.[key]))],
});

function showTimers(timers) {
  const pauses = shown(sample => sample.timers?.pauses);
  const stalls = shown(sample => sample.timers?.stalls);
  showFigures(byId('timer-figures'), [
    ['pending', count.format(timers.pending)],
    ['scheduled/s', rate(timers.scheduled)],
    ['rescheduled/s', rate(timers.rescheduled)],
    ['cancelled/s', rate(timers.cancelled)],
    ['fired/s', rate(timers.fired)],
    ['runs/s', rate(timers.runs)],
    ['rejected/s', rate(timers.rejected), timers.rejected > 0],
    ['tasks that threw/s', rate(timers.exceptions), timers.exceptions > 0],
    ['pauses of late', count.format(pauses), pauses > 0],
    ['recent stalls', count.format(stalls), stalls > 0],
  ]);
  const rates = [
    ['scheduled', 'scheduled'],
    ['rescheduled', 'rescheduled'],
    ['cancelled', 'cancelled'],
    ['fired', 'fired'],
    ['runs', 'runs'],
  ].map(([label, key]) => [label, sample => sample.timers?.[key] ?? null]);
  showLines('throughput', rates, scale(value => count.format(value), {beginAtZero: true}), rate);
  showLines(
    'lateness', percentilesOf(sample => sample.timers?.lateness), logarithmicSeconds(), duration);
  const bars = options(scale(value => count.format(value), {beginAtZero: true}), count.format);
  bars.plugins.legend.display = false;
  show(
    'levels',
    'bar',
    timers.pendingByLevel.map((_, level) => String(level)),
    [{label: 'pending', data: timers.pendingByLevel, backgroundColor: lineColor(0)}],
    bars);
  showRows(byId('split'), [
    splitRow('wheel lag', timers.lateness),
    splitRow('queue wait', timers.queueWait),
    splitRow('run time', timers.run),
  ]);
  showRows(byId('slowest'), slowestTasks.map(run => (
    {cells: [run.task, duration(run.seconds), clock(run.endEpochMillis)]})));
}

function showCoroutines(coroutines) {
  showFigures(byId('coroutine-figures'), [
    ...['suspended', 'ready', 'running', 'created'].map(
      state => [state, count.format(coroutines.live[state])]),
    ['spawned/s', rate(coroutines.spawned)],
    ['finished/s', rate(coroutines.finished)],
    ['failed/s', rate(coroutines.failed), coroutines.failed > 0],
    ['cancelled/s', rate(coroutines.cancelled)],
    ['timeouts/s', rate(coroutines.timeouts)],
    ['guest threads', count.format(coroutines.threads)],
  ]);
  showLines(
    'utilisation',
    coroutines.loops.map((loop, at) => [
      loop.name,
      sample => sample.coroutines?.loops[at]?.utilisation ?? null,
    ]),
    scale(percent, {min: 0, max: 1}),
    percent);
  showLines(
    'lag', percentilesOf(sample => sample.coroutines?.lateness), logarithmicSeconds(), duration);
  showRows(byId('loops'), coroutines.loops.map((loop, at) => ({
    className: loop.dead ? 'dead' : '',
    cells: [
      loop.dead ? `${loop.name} (dead)` : loop.name,
      count.format(loop.coroutines),
      count.format(loop.ready),
      count.format(loop.mailbox),
      percent(loop.utilisation),
      rate(loop.switches),
      count.format(shown(sample => sample.coroutines?.loops[at]?.stalls)),
    ],
  })));
}

/** Shows durable timers. A lease that is overdue is alarming: then nothing fires. */
function showDurable(durable) {
  const dead = shown(sample => sample.durable?.dead);
  showFigures(byId('durable-figures'), [
    ['loaded', count.format(durable.loaded)],
    ['due, not begun', count.format(durable.backlog)],
    ['running', count.format(durable.running)],
    ['changes waiting', count.format(durable.waiting)],
    ['scheduled/s', rate(durable.scheduled)],
    ['cancelled/s', rate(durable.cancelled)],
    ['fired/s', rate(durable.fired)],
    ['failed/s', rate(durable.failed), durable.failed > 0],
    ['retried/s', rate(durable.retried)],
    ['dead/s', rate(durable.dead), dead > 0],
    ['skipped/s', rate(durable.skipped)],
    ['superseded/s', rate(durable.superseded)],
    ['shards owned', `${count.format(durable.ownedShards)} of ${count.format(durable.shards)}`],
    [
      `age of the lease (${duration(durable.leaseSeconds)})`,
      duration(durable.leaseAgeSeconds),
      durable.leaseAgeSeconds > durable.leaseSeconds,
    ],
  ]);
  const unknown = byId('durable-unknown');
  unknown.hidden = durable.unknownHandlers.length === 0;
  unknown.textContent =
    `There are timers of handlers that this process does not have: ${durable.unknownHandlers.join(', ')}`;
  const line = key => [key, sample => sample.durable?.[key] ?? null];
  const counts = () => scale(value => count.format(value), {beginAtZero: true});
  showLines(
    'durable-throughput', ['scheduled', 'cancelled', 'fired', 'failed'].map(line), counts(), rate);
  showLines(
    'durable-lateness',
    percentilesOf(sample => sample.durable?.lateness), logarithmicSeconds(), duration);
  showLines(
    'durable-work',
    [
      ['due, not begun', sample => sample.durable?.backlog ?? null],
      line('running'),
      ['changes waiting', sample => sample.durable?.waiting ?? null],
    ],
    counts(),
    count.format);
  showLines(
    'durable-commit',
    percentilesOf(sample => sample.durable?.commit), logarithmicSeconds(), duration);
}

function showAll() {
  const latest = history.at(-1);
  byId('timers').hidden = !latest?.timers;
  byId('coroutines').hidden = !latest?.coroutines;
  byId('durable').hidden = !latest?.durable;
  if (latest?.timers) {
    showTimers(latest.timers);
  }
  if (latest?.coroutines) {
    showCoroutines(latest.coroutines);
  }
  if (latest?.durable) {
    showDurable(latest.durable);
  }
}

function showStatus(text, gone) {
  const status = byId('status');
  if (status.textContent !== text) {
    status.textContent = text;
  }
  status.classList.toggle('gone', gone);
  document.documentElement.classList.toggle('stale', gone);
}

/** Returns the reply of the server, or null if it does not respond. */
async function ask() {
  try {
    const response = await fetch(`live?since=${seen}`, {signal: AbortSignal.timeout(5000)});
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

let series = null;
let goneSince = null;

async function poll() {
  const reply = await ask();
  if (reply === null) {
    goneSince ??= new Date().toLocaleTimeString();
    showStatus(`the server does not answer since ${goneSince}; trying again`, true);
  } else if (series !== null && reply.series !== series) {
    // Another server, which counts its samples from one. All of its samples are requested at once.
    [series, seen, history] = [null, 0, []];
    return poll();
  } else {
    [series, goneSince] = [reply.series, null];
    if (reply.samples.length > 0) {
      seen = reply.samples.at(-1).number;
      history = history.concat(reply.samples).slice(-mostSamples);
      slowestTasks = reply.slowest;
      showAll();
    }
    showStatus(history.length > 0 ? 'live' : 'waiting for the first figures', false);
  }
  setTimeout(poll, 1000);
}

async function dump(button) {
  const what = button.dataset.dump;
  const place = byId(`dump-${what}`);
  button.disabled = true;
  try {
    const response = await fetch(`dump/${what}`);
    place.textContent = await response.text();
  } catch {
    place.textContent = 'the server does not answer';
  }
  place.hidden = false;
  button.disabled = false;
}

for (const button of document.querySelectorAll('[data-dump]')) {
  button.addEventListener('click', () => dump(button));
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showAll);
poll();
