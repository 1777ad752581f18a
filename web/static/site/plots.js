// Draws the figures that stand as JSON in each figure[data-plot]. Where this script does not run, or fails, the same
// figures stay open as a table. All words come from the page.

const COLOURS = 5;
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [14, 4]]; // beside the colour, for those who cannot tell the colours
const MOST_DOTS = 40;
const DAY_S = 86400;
const SPANS_S = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 21600, 43200].concat(
  [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((days) => days * DAY_S),
);

const charts = new Map();
const dash = (line) => DASHES[(line + Math.floor(line / COLOURS)) % DASHES.length];
const plain = (number) => String(Number(number.toPrecision(6)));
const moment = (at_s) => `${new Date(at_s * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

function padded(low, high, share) {
  const pad = (high - low) * share || Math.abs(high) * share || 1;
  return [low - pad, high + pad];
}

// The three kinds of plots as sheets. A sheet has lines of points, ranges and ticks of both axes, and what is drawn over
// them. Its stops are what can be read: each reaches across `span` and stands at (x, y).

function curves({ x, y, lines, marks, diagonal }) {
  const told = (name, [atX, atY]) => ({ x: atX, y: atY, span: [atX, atX], says: [name, `${x} ${plain(atX)}`, `${y} ${plain(atY)}`] });
  const all = lines.flatMap(({ points }) => points).concat(marks.map((mark) => [mark.x, mark.y]));
  const range = (axis) => padded(Math.min(0, ...all.map((at) => at[axis])), Math.max(1, ...all.map((at) => at[axis])), 0.03);
  return {
    lines: lines.map((line) => ({ ...line, path: uPlot.paths.linear(), dots: line.points.length })),
    x: { range: range(0) },
    y: { range: range(1) },
    marks,
    rules: diagonal ? [{ name: diagonal, from: [0, 0], to: [1, 1] }] : [],
    stops: lines
      .flatMap(({ name, points }) => points.map((at) => told(name, at)))
      .concat(marks.map((mark) => told(mark.name, [mark.x, mark.y]))),
  };
}

// Each line is level from one of its points to the next, the last one until the end.
function steps({ x, y, lines, limit, until, floor, digits, time, lower_is_better }) {
  const value = (number) => (digits === undefined ? plain(number) : number.toFixed(digits));
  const told = (from, to) => (time ? moment(from) : `${plain(from)} – ${plain(to)} ${x}`);
  const values = lines.flatMap(({ points }) => points.map((at) => at[1])).concat(limit ? [limit.y] : []);
  const since = Math.min(...lines.map(({ points }) => points[0][0]));
  const [low, high] = [Math.min(...values), Math.max(...values, floor ? floor.reaches : -Infinity)];
  return {
    lines: lines.map((line) => ({
      name: line.name,
      points: [...line.points, [until, line.points.at(-1)[1]]],
      path: uPlot.paths.stepped({ align: 1 }),
      dots: time ? line.points.length : 0,
    })),
    x: { range: time ? padded(since, until, 0.01) : [since, until], time },
    y: { range: floor ? [0, high * 1.06 || 1] : padded(low, high, 0.08), down: lower_is_better },
    marks: [],
    rules: limit ? [{ name: limit.name, from: [since, limit.y], to: [until, limit.y] }] : [],
    stops: lines.flatMap(({ name, points }) =>
      points.map(([from, at], step) => {
        const to = step + 1 < points.length ? points[step + 1][0] : until;
        return { x: from, y: at, span: [from, to], says: [name, told(from, to), `${value(at)} ${y}`] };
      }),
    ),
  };
}

function bars({ x, y, bars: all, band }) {
  const ends = [0, ...all.flatMap((bar) => [bar.value, ...(bar.band ?? [])])];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const pad = (high - low) * 0.05 || 1;
  const points = all.map(({ value }, place) => [place, value]);
  const between = (ends) => (ends ? ` (${ends.map(plain).join(" – ")})` : "");
  const says = (bar) => [`${x} ${bar.told}`, `${y} ${plain(bar.value)}${between(bar.band)}`];
  return {
    lines: [{ name: y, points, path: uPlot.paths.bars({ size: [0.8, 60] }), dots: 0, filled: true }],
    x: { range: [-0.5, all.length - 0.5], ticks: binTicks(all) },
    y: { range: [low < 0 ? low - pad : 0, high > 0 ? high + pad : 0], zero: true },
    marks: [],
    rules: [],
    whiskers: all.flatMap((bar, place) => (bar.band ? [[place, ...bar.band]] : [])),
    bandName: band,
    stops: all.map((bar, place) => ({ x: place, y: bar.value, span: [place - 0.5, place + 0.5], says: says(bar) })),
    acrossAlone: true,
  };
}

// Bins that touch are told by their borders, others by their own ends.
function binTicks(all) {
  const touching = all.slice(1).every((bar, place) => bar.low !== null && bar.low === all[place].high);
  if (!touching || all.length === 1) return all.map(({ low, high }, at) => ({ at, text: binName(low, high) }));
  const borders = [all[0].low, ...all.map(({ high }) => high)];
  return borders.flatMap((edge, place) => (edge === null ? [] : [{ at: place - 0.5, text: plain(edge) }]));
}

function binName(low, high) {
  if (low === null) return high === null ? "" : `< ${plain(high)}`;
  return high === null ? `≥ ${plain(low)}` : `${plain(low)} – ${plain(high)}`;
}

const SHEETS = { curves, steps, bars };

function ink(figure) {
  const style = getComputedStyle(figure);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    line: (number) => token(`--c${number % COLOURS}`),
    grid: token("--line"), soft: token("--soft"), ink: token("--ink"), sheet: token("--sheet"),
    font: `12px ${style.fontFamily}`,
  };
}

function xAxis(sheet, label, ink) {
  const axis = { label, stroke: ink.soft, font: ink.font, labelFont: ink.font, labelSize: 20, size: 30, gap: 4 };
  axis.grid = { stroke: ink.grid, width: 1 };
  axis.ticks = { stroke: ink.grid, width: 1, size: 5 };
  if (sheet.x.ticks) {
    axis.grid.show = false;
    axis.splits = () => sheet.x.ticks.map(({ at }) => at);
    axis.values = (chart) => {
      const widest = Math.max(...sheet.x.ticks.map(({ text }) => text.length)) * 7 + 10;
      const every = Math.ceil((sheet.x.ticks.length * widest) / (chart.width - 60)); // the plane is not laid out yet
      return sheet.x.ticks.map(({ text }, place) => (place % every === 0 ? text : null));
    };
  } else if (sheet.x.time) {
    axis.incrs = SPANS_S;
    axis.space = 80;
    axis.values = (_chart, splits, _axis, _space, every_s) => splits.map((at_s) => tickTime(at_s, every_s));
  } else {
    axis.values = (_chart, splits) => splits.map(plain);
  }
  return axis;
}

// The day where a day begins, the hour within it: 2026-03-01, 06:00, 12:00, ...
function tickTime(at_s, every_s) {
  const text = new Date(at_s * 1000).toISOString();
  if (every_s >= DAY_S || at_s % DAY_S === 0) return text.slice(0, 10);
  return text.slice(11, every_s < 60 ? 19 : 16);
}

function yAxis(label, ink) {
  return {
    label, stroke: ink.soft, font: ink.font, labelFont: ink.font, labelSize: 20, gap: 4,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { stroke: ink.grid, width: 1, size: 5 },
    values: (_chart, splits) => splits.map(plain),
    size: (chart, values, axis, cycle) => {
      if (cycle > 1 || !values) return cycle > 1 ? chart.axes[axis]._size : 40;
      chart.ctx.font = chart.axes[axis].font[0];
      return Math.ceil(Math.max(...values.map((text) => chart.ctx.measureText(text ?? "").width)) / devicePixelRatio) + 12;
    },
  };
}

function options(sheet, { x, y }, ink) {
  const facets = [{ scale: "x", auto: true }, { scale: "y", auto: true }];
  const series = sheet.lines.map((line, number) => ({
    label: line.name, facets, paths: line.path, stroke: ink.line(number), width: line.filled ? 0 : 2, dash: dash(number),
    fill: line.filled ? ink.line(number) : undefined, alpha: line.filled ? 0.65 : 1,
    points: { show: line.dots > 0 && line.dots <= MOST_DOTS, size: 5, width: 0, fill: ink.line(number), filter: () => [...Array(line.dots).keys()] },
  }));
  return {
    mode: 2, // each line has its own x
    padding: [10, sheet.x.time ? 36 : 14, 0, 0], // half of a date may stand right of the plane
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: sheet.x.range },
      y: { range: sheet.y.range, dir: sheet.y.down ? -1 : 1 },
    },
    series: [{}, ...series],
    axes: [xAxis(sheet, x, ink), yAxis(y, ink)],
    hooks: { drawAxes: [(chart) => drawUnder(chart, sheet, ink)], draw: [(chart) => drawOver(chart, sheet, ink)] },
  };
}

function stroke(chart, path, { colour, width, dashes = [] }) {
  const { ctx } = chart;
  ctx.strokeStyle = colour;
  ctx.lineWidth = width * devicePixelRatio;
  ctx.setLineDash(dashes.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  path.forEach(([x, y], place) => ctx[place === 0 ? "moveTo" : "lineTo"](chart.valToPos(x, "x", true), chart.valToPos(y, "y", true)));
  ctx.stroke();
}

function drawUnder(chart, sheet, ink) {
  chart.ctx.save();
  for (const { from, to } of sheet.rules) stroke(chart, [from, to], { colour: ink.soft, width: 1.5, dashes: [4, 4] });
  chart.ctx.restore();
}

function drawOver(chart, sheet, ink) {
  const { ctx } = chart;
  ctx.save();
  if (sheet.y.zero) stroke(chart, sheet.x.range.map((x) => [x, 0]), { colour: ink.soft, width: 1 });
  for (const [x, low, high] of sheet.whiskers ?? []) {
    const cap = Math.min(0.12, (sheet.x.range[1] - sheet.x.range[0]) * 0.01);
    const whisker = { colour: ink.ink, width: 2 };
    stroke(chart, [[x, low], [x, high]], whisker);
    for (const end of [low, high]) stroke(chart, [[x - cap, end], [x + cap, end]], whisker);
  }
  for (const { x, y } of sheet.marks) {
    ctx.beginPath();
    ctx.arc(chart.valToPos(x, "x", true), chart.valToPos(y, "y", true), 5 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fillStyle = ink.ink;
    ctx.fill();
    ctx.setLineDash([]);
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.strokeStyle = ink.sheet;
    ctx.stroke();
  }
  ctx.restore();
}

function svg(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function sample(kind, attributes = {}) {
  const picture = svg("svg", { viewBox: "0 0 28 10", "aria-hidden": "true" });
  if (kind === "mark") picture.append(svg("circle", { cx: 14, cy: 5, r: 4, class: kind }));
  else if (kind === "whisker") picture.append(svg("path", { d: "M11 1h6M14 1v8M11 9h6", class: kind }));
  else picture.append(svg("path", { d: "M0 5h28", class: kind, ...attributes }));
  return picture;
}

// A name for whatever is drawn, unless there is one line alone, which the axes name.
function legend(sheet) {
  const entries = sheet.lines.map(({ name }, number) => [name, sample(`line-${number % COLOURS}`, { "stroke-dasharray": dash(number).join(" ") })]);
  const others = [
    ...sheet.marks.map(({ name }) => [name, sample("mark")]),
    ...sheet.rules.map(({ name }) => [name, sample("rule", { "stroke-dasharray": "4 4" })]),
    ...(sheet.whiskers?.length ? [[sheet.bandName, sample("whisker")]] : []),
  ];
  const list = document.createElement("ul");
  list.className = "legend";
  for (const [name, picture] of entries.length > 1 ? [...entries, ...others] : others) {
    const item = document.createElement("li");
    item.append(picture, name);
    list.append(item);
  }
  return list;
}

// The stop nearest to the pointer, in pixels.
function nearest(chart, sheet, left, top) {
  const distance = (stop) => {
    const [from, to] = stop.span.map((x) => chart.valToPos(x, "x"));
    const across = Math.max(from - left, left - to, 0);
    return sheet.acrossAlone ? across : Math.hypot(across, chart.valToPos(stop.y, "y") - top);
  };
  const distances = sheet.stops.map(distance);
  return distances.indexOf(Math.min(...distances));
}

// Lets pointer and keyboard go from stop to stop; the keyboard by a slider of the browser, which screen readers follow.
function makeReadable(figure, chart, sheet) {
  const slider = figure.querySelector("input[type=range]");
  const readout = figure.querySelector(".readout");
  const dot = document.createElement("div");
  dot.className = "dot";
  dot.hidden = true;
  chart.over.append(dot);
  const place = (number) => {
    const stop = sheet.stops[number];
    readout.textContent = stop.says.filter(Boolean).join(" · ");
    slider.value = number;
    slider.setAttribute("aria-valuetext", readout.textContent);
    dot.hidden = false;
    dot.style.left = `${chart.valToPos(stop.x, "x")}px`;
    dot.style.top = `${chart.valToPos(stop.y, "y")}px`;
  };
  const clear = () => {
    dot.hidden = true;
    readout.textContent = "";
  };
  slider.max = sheet.stops.length - 1;
  slider.hidden = readout.hidden = false;
  slider.oninput = slider.onfocus = () => place(Number(slider.value));
  slider.onblur = clear;
  chart.over.onpointermove = chart.over.onpointerdown = (event) => {
    const edge = chart.over.getBoundingClientRect();
    place(nearest(chart, sheet, event.clientX - edge.left, event.clientY - edge.top));
  };
  chart.over.onpointerleave = (event) => event.pointerType === "mouse" && clear();
  return clear;
}

function draw(figure) {
  const place = figure.querySelector(".drawing");
  const figures = JSON.parse(place.dataset.figures);
  const sheet = SHEETS[figures.kind](figures);
  figure.classList.add("drawn");
  const size = () => ({ width: place.clientWidth, height: place.clientHeight });
  const data = sheet.lines.map(({ points }) => [points.map((at) => at[0]), points.map((at) => at[1])]);
  const chart = new uPlot({ ...options(sheet, figures, ink(figure)), ...size() }, [null, ...data], place);
  const clear = makeReadable(figure, chart, sheet);
  const resized = new ResizeObserver(() => {
    const { width, height } = size();
    if (width === 0 || (width === chart.width && height === chart.height)) return;
    chart.setSize({ width, height });
    clear(); // the dot would stand where the point was
  });
  resized.observe(place);
  figure.querySelector(".legend")?.remove();
  const names = legend(sheet);
  if (names.childElementCount > 0) place.after(names);
  charts.set(figure, () => {
    resized.disconnect();
    chart.destroy();
    charts.delete(figure);
  });
}

function drawAll() {
  for (const [figure, forget] of charts) if (!figure.isConnected || !figure.querySelector("canvas")) forget();
  for (const figure of document.querySelectorAll("figure[data-plot]")) {
    if (charts.has(figure)) continue;
    try {
      draw(figure);
      figure.querySelector("details").open = false;
    } catch (error) {
      figure.classList.remove("drawn");
      reportError(error);
    }
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const [figure, forget] of [...charts]) {
    forget();
    if (figure.isConnected) draw(figure); // in the other colours
  }
});
document.body.addEventListener("htmx:load", drawAll);
drawAll();
