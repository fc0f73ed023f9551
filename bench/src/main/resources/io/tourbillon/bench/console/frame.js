'use strict';

/*
 * What all our pages use: elements, the facts at the top, colours of the style, and the defaults of
 * Chart.js. Whatever comes from the data is set as text, never as HTML. Nothing moves, so a plot
 * looks the same on the screen, in print and to the next reader.
 */
const data = JSON.parse(document.getElementById('data').textContent);

// ---- DOM ----

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const fill = (id, ...children) => document.getElementById(id).append(...children);
const code = text => make('code', null, text);
const warning = text => make('p', {class: 'warning'}, text);

/** A list of terms, each with one or more values. */
const facts = pairs => pairs.flatMap(
  ([term, ...values]) => [make('dt', null, term), make('dd', null, ...values)]);

/** A plot is drawn later into the canvas with that id. */
const figure = (id, caption, description) => make('figure', null,
  make('figcaption', null, caption),
  make('div', {class: 'canvas'}, make('canvas', {id, role: 'img', 'aria-label': description ?? caption})));

// ---- when, how long, where ----

/** Facts of any results, some before the others. */
function renderFacts({started, seconds, command, complete, commit, machine, memory}, before, after) {
  const time = `${started.slice(0, 16).replace('T', ' ')} UTC`;
  const load = machine.load < 0 ? 'unknown' : machine.load.toFixed(2);
  document.title += `, ${time}`;
  fill('lead', `, ${time}`);
  fill('facts', ...facts([
    ...before,
    ['Command', code(`tourbillon ${command}`)],
    ['Started', `${time}, took ${Math.floor(seconds / 60)} min ${seconds % 60} s`],
    ['Complete', complete],
    ['Commit', code(commit)],
    ['Machine', `${machine.processor}, ${machine.cores} cores, ${memory}`],
    ['System', `${machine.system}; load at the start ${load}`],
    ['JDK', machine.jdk],
    ...after,
  ]));
}

// ---- plots ----

const color = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

/** A plot in place of the one that was drawn before. */
function drawChart(canvas, config) {
  Chart.getChart(canvas)?.destroy();
  new Chart(canvas, config);
}

/** As ever, but with the dashes of the lines. */
const generateLabels = chart =>
  Chart.defaults.plugins.legend.labels.generateLabels(chart).map(label => ({
    ...label,
    lineDash: chart.data.datasets[label.datasetIndex].borderDash,
  }));

const lineLegend = {
  position: 'bottom',
  labels: {usePointStyle: true, pointStyle: 'line', pointStyleWidth: 36, generateLabels},
};

/** Draws now, and again when the colours change. */
function keepDrawn(drawAll) {
  const redraw = () => {
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.locale = 'en';
    Chart.defaults.color = color('muted');
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Object.assign(Chart.defaults.plugins.tooltip, {
      backgroundColor: color('panel'),
      borderColor: color('muted'),
      borderWidth: 1,
      titleColor: color('ink'),
      bodyColor: color('ink'),
      padding: 10,
      boxPadding: 4,
    });
    drawAll();
  };
  redraw();
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', redraw);
  }
}
