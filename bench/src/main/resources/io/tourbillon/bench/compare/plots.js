'use strict';

/*
 * The plots: which there are of a scenario, what is marked on their axes, and how Chart.js draws
 * them. Loaded before page.js, whose data and functions these use when they are called.
 */

// ---- plots: what is in them ----

function plotsOf(scenario) {
  const [metric, second] = scenario.metrics;
  const measured = rowsWith(scenario, metric);
  if (scenario.id === 'request-timeouts') {
    // Ten million timers see the same operation: theirs is the next point of the same line.
    const sizes = new Set(measured.map(row => row.job.size));
    measured.push(...rows.filter(row => row.scenario === 'ten-million' && row.spreads[metric.key]
      && !sizes.has(row.job.size)));
  }
  const sizes = [...new Set(measured.map(row => row.job.size))].sort((one, other) => one - other);
  const greatest = measured.filter(row => row.job.size === sizes.at(-1));
  const atGreatest = ` at size ${fixed(sizes.at(-1) ?? 0, 0)}`;
  const plots = {
    lines: () => linesPlot(scenario, metric, sizes, measured),
    load: () => loadPlot(scenario, metric, sizes),
    tail: () => loadPlot(scenario, second, sizes),
    bars: () => barsPlot(scenario, metric, greatest, atGreatest),
    lateness: () => latenessPlot(scenario, greatest, atGreatest, sizes.at(-1)),
  };
  const kinds = {
    'request-timeouts': [sizes.length === 1 ? 'bars' : 'lines'],
    fire: ['bars', 'lateness'],
    sleepers: ['bars', 'lateness'],
    lateness: ['lateness'],
    'lateness-by-load': sizes.length === 1 ? ['bars'] : ['load', 'tail'],
  }[scenario.id] ?? ['bars'];
  return sizes.length === 0 ? []
    : kinds.map(kind => plots[kind]()).filter(plot => plot.series.length > 0);
}

const rowsWith = (scenario, metric) =>
  rowsOf(scenario).filter(row => row.spreads[metric.key]);

function seriesOf(scenario, some, pointsOf) {
  return [...Map.groupBy(some, row => row.subject)]
    .map(([id, ofSubject]) => ({contender: contenderOf(scenario, id), points: ofSubject.flatMap(pointsOf)}))
    .filter(series => series.points.length > 0)
    .sort(byPlace);
}

const pointOf = (metric, size) => row => {
  const spread = row.spreads[metric.key];
  return [{
    x: row.job.size,
    y: spread.median / size,
    least: spread.least / size,
    most: spread.most / size,
    at: `size ${fixed(row.job.size, 0)}`,
    figure: figureOf(metric.unit, spread),
  }];
};

const bySize = (one, other) => one.job.size - other.job.size;

function loadPlot(scenario, metric, sizes) {
  const measured = rowsWith(scenario, metric);
  const series = seriesOf(scenario, measured.toSorted(bySize), pointOf(metric, 1));
  return {
    id: `${scenario.id}-${metric.key}`,
    caption: `${metric.title} by load`,
    series,
    x: {title: 'load, % of a core', marks: sizes.map(size => [size, `${size}`])},
    y: logarithmic(`${metric.title}, ${metric.unit}`, series),
  };
}

function linesPlot(scenario, metric, sizes, measured) {
  const series = seriesOf(scenario, measured.toSorted(bySize), pointOf(metric, 1));
  return {
    id: `${scenario.id}-lines`,
    caption: `${metric.title} of one ${scenario.operation} by the number of pending timers`,
    series,
    x: {title: 'pending timers', logarithmic: true, marks: sizes.map(size => [size, brief(size)])},
    y: logarithmic(`${metric.title}, ${metric.unit}`, series),
  };
}

function barsPlot(scenario, metric, greatest, atGreatest) {
  const most = Math.max(...greatest.map(row => row.spreads[metric.key].median));
  const {unit, size} = scaleFor(metric.unit, most);
  return {
    id: `${scenario.id}-bars`,
    caption: metric.title + atGreatest,
    bars: true,
    series: seriesOf(scenario, greatest, pointOf(metric, size)),
    y: {title: unit === '' ? metric.title : `${metric.title}, ${unit}`, marks: []},
  };
}

function latenessPlot(scenario, greatest, atGreatest, size) {
  const series = seriesOf(scenario, greatest, row => latenessPoints(row, size));
  return {
    id: `${scenario.id}-lateness`,
    caption: `Lateness by percentile${atGreatest}`,
    series,
    x: ninesAxis('percentile', size),
    y: logarithmic('lateness, ms', series),
  };
}

/**
 * Not the least: some timer always meets its tick, and showing it would take half of a
 * logarithmic axis. Nor percentiles for which there are too few values.
 */
function latenessPoints(row, size) {
  return row.lateness
    .filter(([percent, nanos]) => percent > 0 && nanos > 0)
    .filter(([percent]) => percent === 100 || nines(percent, size) < nines(100, size))
    .map(([percent, nanos]) => {
      const millis = nanos / 1e6;
      const at = percent === 100 ? 'most' : `${percent} %`;
      const figure = {median: inUnit('ns', nanos), range: ''};
      return {x: nines(percent, size), y: millis, least: millis, most: millis, at, figure};
    });
}

// ---- axes: what is marked on them ----

/** Where a percentile of so many values stands on an axis on which each nine is as long. */
const nines = (percent, size) => Math.min(-Math.log10(1 - percent / 100), Math.log10(size));

function ninesAxis(title, size) {
  const last = nines(100, size);
  const marks = [];
  for (let count = 0; count === 0 || count <= last - 0.5; count++) {
    marks.push([count, `${count < 3 ? 100 - 100 / 10 ** count : `99.${'9'.repeat(count - 2)}`} %`]);
  }
  return {title, marks: [...marks, [last, 'most']]};
}

/** Marked at 1, 2, 5, 10 and so on, or if these are many at powers of ten. */
function logarithmic(title, series) {
  const values = series.flatMap(({points}) => points).flatMap(({least, most}) => [least, most])
    .filter(value => value > 0);
  if (values.length === 0) {
    return {title, logarithmic: true, marks: []};
  }
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const fine = marksAround(least, most, [1, 2, 5]);
  return {title, logarithmic: true, marks: fine.length <= 12 ? fine : marksAround(least, most, [1])};
}

function marksAround(least, most, steps) {
  let marks = [];
  for (let exponent = Math.floor(Math.log10(least)); ; exponent++) {
    for (const step of steps) {
      const value = Number(`${step}e${exponent}`);
      if (value <= least) {
        marks = [];
      }
      marks.push([value, fixed(value, Math.max(0, -exponent))]);
      if (value >= most) {
        return marks;
      }
    }
  }
}

const brief = size =>
  size % 1e6 === 0 ? `${size / 1e6} M` : size % 1000 === 0 ? `${size / 1000} k` : `${size}`;

// ---- plots: how they are drawn ----

/** Of one family, the first line is whole, the others are broken. */
const dashes = [[], [8, 4], [2, 3]];
const shapes = ['circle', 'triangle', 'rectRot'];
const barHeight = 30;
const room = 70;

const inWords = point =>
  point.figure.median + (point.figure.range && ` (${point.figure.range})`);
const shown = context => context.dataset.data[context.dataIndex].point;

/** From the least to the most, wherever they differ. */
const whiskers = {
  id: 'whiskers',
  afterDatasetsDraw(chart) {
    chart.data.datasets.forEach((dataset, index) => {
      if (chart.isDatasetVisible(index)) {
        chart.getDatasetMeta(index).data.forEach((element, at) => {
          drawWhisker(chart, element, dataset.data[at].point, dataset.whiskerColor);
        });
      }
    });
  },
};

function drawWhisker(chart, element, point, strokeStyle) {
  if (point.least === point.most) {
    return;
  }
  const along = chart.options.indexAxis === 'y';
  const scale = chart.scales[along ? 'x' : 'y'];
  const [from, to] = [point.least, point.most].map(value => scale.getPixelForValue(value));
  const cap = 4;
  const {ctx} = chart;
  ctx.save();
  ctx.strokeStyle = strokeStyle;
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  for (const [x1, y1, x2, y2] of [[from, 0, to, 0], [from, -cap, from, cap], [to, -cap, to, cap]]) {
    ctx.moveTo(along ? x1 : element.x + y1, along ? element.y + y1 : x1);
    ctx.lineTo(along ? x2 : element.x + y2, along ? element.y + y2 : x2);
  }
  ctx.stroke();
  ctx.restore();
}

/** Figures beside the bars: the longest must not make the others unreadable. */
const figures = {
  id: 'figures',
  afterDatasetsDraw(chart) {
    const {ctx} = chart;
    const {data} = chart.data.datasets[0];
    ctx.save();
    ctx.fillStyle = color('ink');
    ctx.font = Chart.helpers.toFont(Chart.defaults.font).string;
    ctx.textBaseline = 'middle';
    chart.getDatasetMeta(0).data.forEach((bar, at) => {
      const {point} = data[at];
      const end = chart.scales.x.getPixelForValue(Math.max(point.most, point.y));
      ctx.fillText(point.figure.median, end + 8, bar.y);
    });
    ctx.restore();
  },
};

function scaleOf(axis) {
  const scale = {
    type: axis.logarithmic ? 'logarithmic' : 'linear',
    title: {display: axis.title !== '', text: axis.title},
    grid: {color: color('rule')},
    border: {color: color('rule')},
    ticks: {},
  };
  if (axis.marks.length > 0) {
    scale.min = axis.marks[0][0];
    scale.max = axis.marks.at(-1)[0];
    scale.afterBuildTicks = built => {
      built.ticks = axis.marks.map(([value, label]) => ({value, label}));
    };
    scale.ticks.callback = (value, index) => axis.marks[index][1];
  }
  return scale;
}

const tooltip = {
  usePointStyle: true,
  itemSort: (one, other) => shown(other).y - shown(one).y,
  callbacks: {
    title: items => (items.length > 0 ? shown(items[0]).at : ''),
    label: item => ` ${item.dataset.titles?.[item.dataIndex] ?? item.dataset.label}: ${inWords(shown(item))}`,
  },
};

function lines(plot) {
  return {
    type: 'line',
    data: {
      datasets: plot.series.map(({contender, points}) => ({
        label: contender.title,
        data: points.map(point => ({x: point.x, y: point.y, point})),
        borderColor: color(contender.color),
        backgroundColor: color(contender.color),
        whiskerColor: color(contender.color),
        borderDash: dashes[contender.variant % dashes.length],
        borderWidth: contender.ours ? 3.5 : 1.75,
        pointStyle: shapes[contender.variant % shapes.length],
        pointRadius: contender.ours ? 4 : 3,
        clip: false,
        order: contender.ours ? 0 : 1,
      })),
    },
    options: {
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      layout: {padding: {right: 12}},
      scales: {x: scaleOf(plot.x), y: scaleOf(plot.y)},
      plugins: {
        tooltip,
        legend: lineLegend,
      },
    },
    plugins: [whiskers],
  };
}

function bars(plot) {
  const contenders = plot.series.map(series => series.contender);
  const points = plot.series.map(series => series.points[0]);
  const scale = scaleOf(plot.y);
  scale.suggestedMax = Math.max(...points.map(point => point.most));
  scale.beginAtZero = true;
  return {
    type: 'bar',
    data: {
      labels: contenders.map(contender => contender.title),
      datasets: [{
        titles: contenders.map(contender => contender.title),
        data: points.map((point, at) => ({x: point.y, y: contenders[at].title, point})),
        backgroundColor: contenders.map(contender => color(contender.color)),
        whiskerColor: color('ink'),
        barPercentage: 0.75,
        categoryPercentage: 0.95,
      }],
    },
    options: {
      indexAxis: 'y',
      interaction: {mode: 'nearest', axis: 'y', intersect: false},
      layout: {padding: {right: room}},
      scales: {
        x: scale,
        y: {
          grid: {display: false},
          border: {color: color('rule')},
          ticks: {
            color: color('ink'),
            font: context => ({weight: contenders[context.index]?.ours ? 'bold' : 'normal'}),
          },
        },
      },
      plugins: {tooltip, legend: {display: false}},
    },
    plugins: [whiskers, figures],
  };
}

function draw(plot) {
  const canvas = document.getElementById(plot.id);
  if (plot.bars) {
    canvas.parentNode.style.height = `${plot.series.length * barHeight + room}px`;
  }
  drawChart(canvas, plot.bars ? bars(plot) : lines(plot));
}
