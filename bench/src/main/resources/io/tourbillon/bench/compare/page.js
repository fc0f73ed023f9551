'use strict';

/*
 * Renders the results of a comparison: facts, a table and plots for each scenario.
 */
const {results, complete, yardstick, scenarios, rows} = data;
const known = new Set(scenarios.map(scenario => scenario.id));
const repetitions = Math.max(0, ...results.outcomes.map(outcome => outcome.repetition));

// ---- numbers: three digits, or whole, in a unit that reads well ----

const greaterUnits = {
  ns: [['us', 1e3], ['ms', 1e6], ['s', 1e9]],
  us: [['ms', 1e3], ['s', 1e6]],
  B: [['KiB', 2 ** 10], ['MiB', 2 ** 20], ['GiB', 2 ** 30]],
};

/** Values that differ little should share a unit, so there must be ten of a greater one. */
function scaleFor(unit, value) {
  return (greaterUnits[unit] ?? []).reduce(
    (chosen, [name, size]) => (Math.abs(value) >= 10 * size ? {unit: name, size} : chosen),
    {unit, size: 1});
}

const fixed = (value, digits) =>
  value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});

function number(value) {
  const size = Math.abs(value);
  return fixed(value, size === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

function inUnit(unit, value) {
  const scale = scaleFor(unit, value);
  return `${number(value / scale.size)} ${scale.unit}`.trimEnd();
}

/** The median with its unit, then the least and the most in the same unit. */
function figureOf(unit, spread) {
  if (!spread) {
    return {median: '–', range: ''};
  }
  const {size} = scaleFor(unit, spread.median);
  const range = spread.count === 1 ? '' : `${number(spread.least / size)} – ${number(spread.most / size)}`;
  return {median: inUnit(unit, spread.median), range};
}

// ---- subjects ----

/** How a subject is shown; one that only another version knows has its id as its title. */
function contenderOf(scenario, id) {
  const place = scenario.subjects.findIndex(subject => subject.id === id);
  if (place < 0) {
    return {title: id, color: 'other', variant: 0, ours: false, place: scenario.subjects.length};
  }
  const {title, family, ours} = scenario.subjects[place];
  const variant = scenario.subjects.slice(0, place).filter(other => other.family === family).length;
  return {title, color: family, variant, ours, place};
}

const rowsOf = scenario => rows.filter(row => row.scenario === scenario.id);
const byPlace = (one, other) => one.contender.place - other.contender.place;

// ---- facts ----

function renderHead() {
  renderFacts({...results, complete: complete ? 'yes' : 'no', memory: inUnit('B', results.machine.memoryBytes)}, [], [
    ['JVM flags', ...results.jvmFlags.flatMap(flag => [code(flag), ' '])],
    ['Versions', ...Object.entries(results.versions).flatMap(
      ([name, version]) => [make('span', {class: 'item'}, `${name} ${version}`), ' '])],
    ...Object.entries(results.absent).map(([id, reason]) => [`Absent: ${id}`, reason]),
  ]);
  if (!complete) {
    fill('warnings', warning('Not everything was measured. The tables tell what was left out, and why.'));
  }
  if (repetitions === 1) {
    fill('warnings', warning('One run of each: a first impression, which the next run may contradict.'));
  }
  fill('repetitions', repetitions);
  fill('yardstick', yardstick.title);
  renderSubjects();
}

function renderSubjects() {
  const took = new Set(results.outcomes.map(outcome => outcome.subject));
  const subjects = new Map(
    scenarios.flatMap(scenario => scenario.subjects).filter(({id}) => took.has(id)).map(s => [s.id, s]));
  fill('subjects', ...[...subjects.values()].map(({id, title, configuration}) =>
    make('tr', null,
      make('th', {scope: 'row'}, title), make('td', null, code(id)), make('td', null, configuration))));
  for (const id of new Set(results.outcomes.map(outcome => outcome.scenario))) {
    if (!known.has(id)) {
      fill('reading', warning(`Left out, for this version does not know it: scenario ${id}.`));
    }
  }
}

// ---- tables ----

function renderTable(scenario) {
  const [first] = scenario.metrics;
  const groups = [...Map.groupBy(rowsOf(scenario), row => JSON.stringify(row.job)).values()]
    .sort((one, other) => one[0].job.size - other[0].job.size)
    .map(group => ({job: group[0].job, lines: linesOf(scenario, group, first.key)}));
  const compared = groups.some(group => group.lines.some(line => line.times !== ''));
  const columns = scenario.metrics.length * 2 + (compared ? 2 : 1);
  return make('table', {class: 'figures'},
    make('thead', null, make('tr', null,
      make('th', {scope: 'col'}, `for one ${scenario.operation}`),
      ...scenario.metrics.map(metric => make('th', {scope: 'col', colspan: 2}, metric.title)),
      ...(compared ? [make('th', {class: 'times', scope: 'col'}, `× ${yardstick.title}`)] : []),
      make('th', {class: 'runs', scope: 'col'}, 'runs'))),
    ...groups.map(({job, lines}) => make('tbody', null,
      sizeRow(job, columns + 1),
      ...lines.flatMap(line => lineRows(scenario, line, compared, columns)))));
}

/** Nothing is a multiple of nothing: the yardstick does not wake up at all when it is idle. */
function linesOf(scenario, group, key) {
  const unit = group.find(row => row.subject === yardstick.id)?.spreads[key]?.median;
  return group.map(row => {
    const median = row.spreads[key]?.median;
    const times = unit && median !== undefined ? number(median / unit) : '';
    return {row, times, contender: contenderOf(scenario, row.subject)};
  }).sort(byPlace);
}

function sizeRow(job, columns) {
  const heading = make('th', {scope: 'rowgroup', colspan: columns}, `size ${fixed(job.size, 0)}`);
  if (job.measureMillis > 0) {
    const [warmUp, measured] = [job.warmUpMillis, job.measureMillis].map(millis => fixed(millis / 1e3, 1));
    heading.append(' ', make('span', {class: 'effort'},
      `warm-up at least ${warmUp} s, measured over ${measured} s`));
  }
  return make('tr', {class: 'size'}, heading);
}

/** A second row if some of the runs have no figures. */
function lineRows(scenario, {row, times, contender}, compared, columns) {
  const runs = Math.max(0, ...Object.values(row.spreads).map(spread => spread.count));
  const failure = row.failures.join('; ');
  const partly = runs > 0 && failure !== '';
  const swatch = make('i', {class: 'swatch', style: `background: var(--${contender.color})`});
  const failureCell = text => make('td', {class: 'failure', colspan: columns}, text);
  const line = make('tr', contender.ours ? {class: 'ours'} : {},
    make('th', {scope: 'row', ...(partly && {rowspan: 2})}, swatch, contender.title));
  if (runs === 0) {
    line.append(failureCell(failure));
    return [line];
  }
  for (const {key, unit} of scenario.metrics) {
    const {median, range} = figureOf(unit, row.spreads[key]);
    line.append(make('td', {class: 'median'}, median), make('td', {class: 'range'}, range));
  }
  line.append(
    ...(compared ? [make('td', {class: 'times'}, times)] : []), make('td', {class: 'runs'}, runs));
  return partly ? [line, make('tr', null, failureCell(`some runs ${failure}`))] : [line];
}

// ---- the page ----

const sections = scenarios
  .filter(scenario => rowsOf(scenario).length > 0)
  .map(scenario => ({scenario, plots: plotsOf(scenario)}));

function renderSection({scenario, plots}) {
  fill('nav', make('a', {href: `#${scenario.id}`}, scenario.title), ' ');
  fill('main', make('section', {id: scenario.id},
    make('h2', null, scenario.title),
    make('p', null, scenario.description),
    make('div', {class: 'plots'}, ...plots.map(({id, caption}) =>
      figure(id, caption, `${caption}. The table below has its figures.`))),
    make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Figures of ${scenario.title}`},
      renderTable(scenario))));
}

renderHead();
sections.forEach(renderSection);
keepDrawn(() => sections.flatMap(({plots}) => plots).forEach(draw));
