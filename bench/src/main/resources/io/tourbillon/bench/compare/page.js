'use strict';

/*
 * Draws the plots, whose data and texts stand in the page. Each has a canvas that goes by its id.
 * Nothing moves: a plot looks the same on the screen, in print and to whoever reads again.
 */
(() => {
  const plots = JSON.parse(document.getElementById('plots').textContent);

  /** Of one family, the first line is whole, the others are broken. */
  const dashes = [[], [8, 4], [2, 3]];
  const shapes = ['circle', 'triangle', 'rectRot'];
  const barHeight = 30;
  const room = 70;

  const color = name =>
    getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const inWords = point =>
    point.figure.median + (point.figure.range && ` (${point.figure.range})`);
  const pointOf = context => context.dataset.data[context.dataIndex].point;

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
      scale.min = axis.marks[0].value;
      scale.max = axis.marks.at(-1).value;
      scale.afterBuildTicks = built => {
        built.ticks = axis.marks.map(mark => ({value: mark.value, label: mark.label}));
      };
      scale.ticks.callback = (value, index) => axis.marks[index].label;
    }
    return scale;
  }

  const tooltip = {
    usePointStyle: true,
    itemSort: (one, other) => pointOf(other).y - pointOf(one).y,
    callbacks: {
      title: items => (items.length > 0 ? pointOf(items[0]).at : ''),
      label: item => ` ${item.dataset.titles?.[item.dataIndex] ?? item.dataset.label}: ${inWords(pointOf(item))}`,
    },
  };

  /** As ever, but with the dashes of the lines. */
  const generateLabels = chart =>
    Chart.defaults.plugins.legend.labels.generateLabels(chart).map(label => ({
      ...label,
      lineDash: chart.data.datasets[label.datasetIndex].borderDash,
    }));

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
          legend: {position: 'bottom', labels: {usePointStyle: true, pointStyle: 'line', pointStyleWidth: 36, generateLabels}},
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
    Chart.getChart(canvas)?.destroy();
    new Chart(canvas, plot.bars ? bars(plot) : lines(plot));
  }

  function drawAll() {
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
    plots.forEach(draw);
  }

  drawAll();
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', drawAll);
  }
})();
