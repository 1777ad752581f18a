// Plays a replay step by step where its link stands. Without it the link leads to the same replay as tables.
// All words come from the page's <template> and from the replay itself.

const STEP_MS = 800; // at speed 1
const CELL = 40;
const PLANE = { width: 720, height: 320, left: 84, right: 708, top: 16, bottom: 252 };

function svg(name, attributes = {}, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

// A game on a board: discs as circles, the opponent's with a hole, so that colour is not all that tells them apart.
class Board {
  constructor(picture, reel) {
    this.reel = reel;
    picture.setAttribute("viewBox", `0 0 ${reel.cols * CELL} ${reel.rows * CELL + 24}`);
    picture.append(svg("rect", { class: "board", width: reel.cols * CELL, height: reel.rows * CELL, rx: 6 }));
    this.cells = reel.opening.map((_side, cell) => {
      const x = ((cell % reel.cols) + 0.5) * CELL;
      const y = (Math.floor(cell / reel.cols) + 0.5) * CELL;
      const disc = svg("circle", { cx: x, cy: y, r: CELL * 0.4 });
      const hole = svg("circle", { cx: x, cy: y, r: CELL * 0.14, class: "hole" });
      picture.append(disc, hole);
      return { disc, hole };
    });
    for (let column = 0; column < reel.cols; column += 1) {
      picture.append(svg("text", { x: (column + 0.5) * CELL, y: reel.rows * CELL + 18 }, String(column)));
    }
  }

  show(step) {
    const { opening, moves, you, line } = this.reel;
    const sides = [...opening];
    for (const move of moves.slice(0, step)) sides[move.cell] = move.side;
    const last = step > 0 ? moves[step - 1].cell : -1;
    const ended = step === moves.length;
    this.cells.forEach(({ disc, hole }, cell) => {
      const owner = sides[cell] === 0 ? "empty" : sides[cell] === you ? "you" : "other";
      const marks = [owner, cell === last ? "last" : "", ended && line.includes(cell) ? "won" : ""];
      disc.setAttribute("class", marks.join(" ").trim());
      hole.setAttribute("class", owner === "other" ? "hole" : "hole hidden");
    });
  }
}

// Lines over time: all of them faint, what has happened so far in full.
class Lines {
  constructor(picture, reel) {
    this.reel = reel;
    const values = reel.lines.flatMap(([, line]) => line).filter((value) => this.drawable(value));
    const ends = reel.logarithmic ? values : [0, ...values];
    this.low = this.height(Math.min(...ends));
    this.high = this.height(Math.max(...ends));
    if (!(this.high > this.low)) this.high = this.low + 1;
    const { left, right, top, bottom, width, height } = PLANE;
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const share of [0, 0.5, 1]) {
      const value = this.low + share * (this.high - this.low);
      const y = bottom - share * (bottom - top);
      picture.append(svg("path", { class: "grid", d: `M${left} ${y}H${right}` }));
      picture.append(svg("text", { class: "end", x: left - 6, y: y + 4 }, this.words(value)));
    }
    const final = reel.says.length - 1;
    picture.append(svg("text", { x: left, y: bottom + 28 }, String(reel.first)));
    picture.append(svg("text", { x: right, y: bottom + 28, class: "end" }, String(reel.first + final)));
    picture.append(svg("text", { x: (left + right) / 2, y: bottom + 58 }, `${reel.x}; ${reel.y}`));
    for (const [, line] of reel.lines) picture.append(svg("path", { class: "faint", d: this.path(line) }));
    this.paths = reel.lines.map((_line, place) => svg("path", { class: `line-${place}` }));
    this.cursor = svg("path", { class: "cursor" });
    picture.append(...this.paths, this.cursor);
  }

  drawable(value) {
    return value !== null && (!this.reel.logarithmic || value > 0);
  }

  height(value) {
    return this.reel.logarithmic ? Math.log10(value) : value;
  }

  words(height) {
    const value = this.reel.logarithmic ? 10 ** height : height;
    return new Intl.NumberFormat("en", { maximumSignificantDigits: 3, notation: "compact" }).format(value);
  }

  x(step) {
    const steps = Math.max(this.reel.says.length - 1, 1);
    return PLANE.left + (step / steps) * (PLANE.right - PLANE.left);
  }

  path(line) {
    let pen = "M";
    let path = "";
    line.forEach((value, step) => {
      if (!this.drawable(value)) {
        pen = "M";
        return;
      }
      const share = (this.height(value) - this.low) / (this.high - this.low);
      path += `${pen}${this.x(step).toFixed(1)} ${(PLANE.bottom - share * (PLANE.bottom - PLANE.top)).toFixed(1)}`;
      pen = "L";
    });
    return path;
  }

  show(step) {
    this.reel.lines.forEach(([, line], place) => this.paths[place].setAttribute("d", this.path(line.slice(0, step + 1))));
    this.cursor.setAttribute("d", `M${this.x(step).toFixed(1)} ${PLANE.top}V${PLANE.bottom}`);
  }
}

const DRAWN = { board: Board, lines: Lines };

class Viewer {
  constructor(root, reels) {
    this.root = root;
    this.reels = reels;
    this.timer = null;
    this.picture = root.querySelector("svg");
    this.says = root.querySelector(".replay-says");
    this.legend = root.querySelector(".legend");
    this.choice = root.querySelector("[name=reel]");
    this.speed = root.querySelector("[name=speed]");
    this.position = root.querySelector("[name=position]");
    this.playButton = root.querySelector("[data-do=play]");
    this.choice.append(...reels.map((reel, place) => new Option(reel.title, String(place))));
    this.choice.addEventListener("change", () => this.open(Number(this.choice.value)));
    this.position.addEventListener("input", () => {
      this.pause();
      this.show(Number(this.position.value));
    });
    root.addEventListener("click", (event) => this.act(event.target.closest("[data-do]")?.dataset.do));
    this.open(0);
  }

  open(place) {
    this.pause();
    const reel = this.reels[place];
    this.picture.replaceChildren();
    this.picture.setAttribute("aria-label", reel.title);
    this.picture.setAttribute("class", reel.kind);
    this.drawing = new DRAWN[reel.kind](this.picture, reel);
    this.legend.replaceChildren(...this.names(reel));
    this.reel = reel;
    this.last = reel.says.length - 1;
    this.position.max = String(this.last);
    this.show(0);
  }

  names(reel) {
    if (reel.kind === "board") return [...this.root.querySelector("template").content.cloneNode(true).children];
    return reel.lines.map(([name], place) => {
      const item = document.createElement("li");
      item.className = `line-${place}`;
      item.textContent = name;
      return item;
    });
  }

  act(what) {
    if (what === undefined) return;
    if (what === "play") {
      if (this.timer === null) this.play();
      else this.pause();
      return;
    }
    this.pause();
    this.show({ first: 0, back: this.step - 1, forward: this.step + 1, last: this.last }[what]);
  }

  show(step) {
    this.step = Math.min(Math.max(step, 0), this.last);
    this.drawing.show(this.step);
    this.position.value = String(this.step);
    this.position.setAttribute("aria-valuetext", this.reel.says[this.step]);
    this.says.textContent = this.reel.says[this.step];
  }

  play() {
    if (this.step === this.last) this.show(0);
    this.says.setAttribute("aria-live", "off"); // a reader could not keep up with it
    this.playButton.textContent = this.playButton.dataset.pause;
    this.wait();
  }

  wait() {
    this.timer = setTimeout(() => {
      this.show(this.step + 1);
      if (this.step === this.last || !this.root.isConnected) this.pause();
      else this.wait();
    }, STEP_MS / Number(this.speed.value));
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.says.setAttribute("aria-live", "polite");
    this.playButton.textContent = this.playButton.dataset.play;
  }
}

async function open(link) {
  link.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(link.dataset.replay, { headers: { Accept: "application/json" } });
    const { reels } = response.ok ? await response.json() : { reels: [] };
    if (reels.length === 0) return location.assign(link.href);
    const part = document.getElementById("replay-viewer").content.cloneNode(true);
    const root = part.querySelector(".replay");
    new Viewer(root, reels);
    link.after(part);
    link.remove();
    root.focus();
  } catch {
    location.assign(link.href); // the tables need no script
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-replay]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") !== "true") open(link);
});
