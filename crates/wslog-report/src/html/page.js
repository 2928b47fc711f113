// Charts of the tables on the page. Without a script the tables are all there is, and all there is in them.
"use strict";
(() => {
  const root = document.documentElement;
  const color = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const element = (name, className, text = "") => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };
  const charts = [];
  const HEIGHT = 260;

  // The rows of a table: a column of counts for each outcome.
  const read = (id) => {
    const table = document.getElementById(id);
    const rows = [...table.tBodies[0].rows];
    const column = (place) => rows.map((row) => Number(row.cells[place].textContent));
    const counts = new Map();
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      if (head.dataset.outcome) counts.set(head.dataset.outcome, column(place));
    });
    return { rows, column, counts };
  };

  const UNITS = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const span = (seconds) => {
    const [unit, name] = UNITS.find(([unit]) => seconds >= unit && seconds % unit === 0) || [1, "s"];
    return seconds / unit + "\u00a0" + name;
  };

  // Bars of what is counted more finely, put together for what is shown of it. `widthOf` says how many seconds a
  // bar stands for, `beginsOf` where the bar of each row begins, and `endOf` where a bar ends.
  const binned = (fine, names, { widthOf, beginsOf, endOf }) => {
    const shown = names.filter((name) => fine.get(name).some((count) => count > 0));
    const view = { names: shown, step: 0 };
    view.fit = (min, max) => {
      const step = widthOf(min, max);
      if (step === view.step) return;
      view.step = step;
      const begins = beginsOf(step);
      view.from = [...new Set(begins)];
      view.ends = view.from.map((from) => endOf(from, step));
      const bar = new Map(view.from.map((from, at) => [from, at]));
      view.counts = new Map();
      for (const name of shown) {
        const sums = view.from.map(() => 0);
        fine.get(name).forEach((count, at) => (sums[bar.get(begins[at])] += count));
        view.counts.set(name, sums);
      }
      view.sums = view.from.map((_, at) => shown.reduce((sum, name) => sum + view.counts.get(name)[at], 0));
    };
    // The bar that holds a place on the axis.
    view.at = (value) => view.from.findIndex((from, at) => from <= value && value < view.ends[at]);
    return view;
  };

  // A chart in its place, with buttons above it and a legend that says what the bar under the pointer is.
  const draw = (place, { view, whole, start, least, axis, label, behind, front, isApart = () => false }) => {
    const buttons = element("div", "buttons");
    const legend = element("ul", "legend");
    const told = element("li", "told");
    const counts = new Map();
    for (const name of view.names) {
      const item = element("li", "");
      item.append(element("span", "swatch " + name), name, counts.set(name, element("span", "count")).get(name));
      legend.append(item);
    }
    legend.append(told);
    const tell = (at) => {
      const isBar = at !== undefined && at >= 0;
      view.names.forEach((name) => (counts.get(name).textContent = isBar ? ": " + view.counts.get(name)[at] : ""));
      told.textContent = isBar ? label(view.from[at], view.ends[at]) : "";
    };
    const stepped = element("span", "");
    document.getElementById(place.id + "-caption").append(" ", stepped);

    // How high the chart is: one bar that is apart from the others may be cut off, so that these show.
    let top = 1;
    const fitTop = (min, max) => {
      const isSeen = (at) => view.ends[at] > min && view.from[at] < max;
      let [highest, others] = [0, 0];
      view.sums.forEach((sum, at) => {
        if (!isSeen(at)) return;
        highest = Math.max(highest, sum);
        if (!isApart(view.from[at])) others = Math.max(others, sum);
      });
      top = (others > 0 && highest > 3 * others ? others : highest) * 1.05 || 1;
    };

    const bars = (u) => {
      const { ctx, bbox } = u;
      const ground = bbox.top + bbox.height;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      if (behind) behind(u);
      const fills = new Map(view.names.map((name) => [name, color(name)]));
      view.from.forEach((from, at) => {
        const left = u.valToPos(from, "x", true);
        const width = u.valToPos(view.ends[at], "x", true) - left;
        if (left > bbox.left + bbox.width || left + width < bbox.left) return;
        const wide = Math.max(width > 4 ? width - 1 : width, 2);
        let below = 0;
        for (const name of view.names) {
          const count = view.counts.get(name)[at];
          if (!count) continue;
          const [low, high] = [below, below + count].map((sum) => ground - (sum / top) * bbox.height);
          ctx.fillStyle = fills.get(name);
          ctx.fillRect(left, high, wide, low - high);
          below += count;
        }
        if (below > top) {
          ctx.fillStyle = color("back");
          ctx.fillRect(left - 1, bbox.top + 10 * devicePixelRatio, wide + 2, 3 * devicePixelRatio);
        }
      });
      ctx.restore();
      if (!front) return;
      ctx.save();
      front(u);
      ctx.restore();
    };

    const options = {
      width: Math.max(place.clientWidth, 200),
      height: HEIGHT,
      padding: [22, 44, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { show: false }, bind: { dblclick: () => null } },
      scales: { x: { time: false, auto: false }, y: { auto: false, range: () => [0, top] } },
      axes: [
        { stroke: () => color("text"), grid: { show: false }, ticks: { stroke: () => color("line") }, ...axis },
        {
          stroke: () => color("text"),
          grid: { stroke: () => color("line"), width: 1 },
          ticks: { stroke: () => color("line") },
          incrs: [1, 2, 5].flatMap((digit) => [...Array(13).keys()].map((zeros) => digit * 10 ** zeros)).sort((a, b) => a - b),
          size: 64,
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        draw: [bars],
        setCursor: [(u) => tell(u.cursor.left < 0 ? undefined : view.at(u.posToVal(u.cursor.left, "x")))],
        setSelect: [
          (u) => {
            const { left, width } = u.select;
            if (width < 2) return;
            const ends = [left, left + width].map((pixel) => u.posToVal(pixel, "x"));
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            show(...ends);
          },
        ],
      },
    };
    let chart = null;
    let now = start;
    // All ways of zooming end here: no wider than all there is, no narrower than a few of the finest bars.
    const show = (min, max) => {
      const width = Math.min(Math.max(max - min, least), whole[1] - whole[0]);
      const middle = (min + max) / 2;
      const from = Math.min(Math.max(middle - width / 2, whole[0]), whole[1] - width);
      now = [from, from + width];
      view.fit(...now);
      fitTop(...now);
      stepped.textContent = "A bar: " + span(view.step) + ".";
      tell();
      if (!chart) return;
      chart.batch(() => {
        chart.setData([view.from, view.sums], false);
        chart.setScale("x", { min: now[0], max: now[1] });
        chart.setScale("y", { min: 0, max: top });
      });
    };
    show(...start);
    chart = new uPlot(options, [view.from, view.sums], place);
    place.after(legend);
    show(...start);
    charts.push({ chart, place });

    const scale = (factor, share = 0.5) => {
      const width = now[1] - now[0];
      const wide = factor < 1 ? Math.min(Math.max(width * factor, least), width) : width * factor;
      const from = now[0] + (width - wide) * share;
      show(from, from + wide);
    };
    const move = (share) => show(...now.map((end) => end + (now[1] - now[0]) * share));
    const isTime = place.id === "timeline";
    const ways = [
      ["All", () => show(...whole)],
      ["Zoom in", () => scale(0.5)],
      ["Zoom out", () => scale(2)],
      [isTime ? "Earlier" : "Younger", () => move(-0.5)],
      [isTime ? "Later" : "Older", () => move(0.5)],
    ];
    const title = place.closest("section").querySelector("h2").textContent;
    for (const [name, act] of ways) {
      const button = element("button", "", name);
      button.type = "button";
      button.setAttribute("aria-label", name + ": " + title);
      button.addEventListener("click", act);
      buttons.append(button);
    }
    buttons.append(element("span", "hint", "or drag; with the focus on the chart: +, −, arrows, 0, wheel"));
    place.before(buttons);
    place.tabIndex = 0;
    const keys = { "+": ways[1][1], "=": ways[1][1], "-": ways[2][1], 0: ways[0][1] };
    keys.ArrowLeft = () => move(-0.25);
    keys.ArrowRight = () => move(0.25);
    place.addEventListener("keydown", (event) => {
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
    chart.over.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && document.activeElement !== place) return;
        event.preventDefault();
        const { left, width } = chart.over.getBoundingClientRect();
        scale(event.deltaY < 0 ? 0.8 : 1.25, (event.clientX - left) / width);
      },
      { passive: false },
    );
    chart.over.addEventListener("mousedown", () => place.focus({ preventScroll: true }));
    chart.over.addEventListener("dblclick", ways[0][1]);
  };

  const two = (number) => String(number).padStart(2, "0");
  const clock = (seconds, finest) => {
    const at = new Date(seconds * 1000);
    const time = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
    return finest < 60 ? time + ":" + two(at.getUTCSeconds()) : time;
  };
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

  // The part that holds all but the hundredth at either end, if the rest would make it look small.
  const mostOf = (from, ends, sums, whole) => {
    const all = sums.reduce((sum, count) => sum + count, 0);
    const spared = Math.max(all / 100, all >= 20 ? 1 : 0);
    const beyond = (order) => {
      let seen = 0;
      return order.find((at) => (seen += sums[at]) > spared);
    };
    const places = [...from.keys()];
    const [first, last] = [from[beyond(places)], ends[beyond([...places].reverse())]];
    const width = last - first;
    if ((whole[1] - whole[0]) / width < 4) return whole;
    return [Math.max(first - width / 20, whole[0]), Math.min(last + width / 20, whole[1])];
  };

  // How many seconds a bar may stand for, and how many bars there are at most.
  const STEPS = [1, 5, 15, 60, 300, 900, 3600, 21600, 86400, 604800, 2419200, 31449600, 314496000];
  const MOST_BARS = 240;

  const timeline = (place) => {
    const table = read("timeline-table");
    const bin = Number(place.dataset.bin);
    const offset = Number(place.dataset.offset) * 60;
    const seconds = table.rows.map((row) => Number(row.dataset.from) + offset);
    const steps = STEPS.filter((step) => step >= bin);
    const names = [...table.counts.keys()];
    const sums = seconds.map((_, at) => names.reduce((sum, name) => sum + table.counts.get(name)[at], 0));
    const stepOf = (width) => steps.find((step) => width / step <= MOST_BARS) || steps[steps.length - 1];
    const beginOf = (second, step) => Math.floor(second / step) * step;
    const fine = [seconds[0], seconds[seconds.length - 1] + bin];
    // From the first bar to the last, and half of one at either end: as wide as bars are then.
    const around = (step) => [beginOf(fine[0], step) - step / 2, beginOf(fine[1] - 1, step) + 1.5 * step];
    let whole = around(stepOf(fine[1] - fine[0]));
    whole = around(stepOf(whole[1] - whole[0]));
    const view = binned(table.counts, names, {
      widthOf: (min, max) => stepOf(max - min),
      beginsOf: (step) => seconds.map((second) => beginOf(second, step)),
      endOf: (from, step) => from + step,
    });
    const ends = seconds.map((second) => second + bin);
    draw(place, {
      view,
      whole,
      start: mostOf(seconds, ends, sums, whole),
      least: 8 * bin,
      label: (from) => day(from) + " " + clock(from, view.step),
      axis: {
        space: 90,
        incrs: STEPS,
        values: (u, splits, number, space, step) =>
          splits.map((second, at) => {
            const isNewDay = at === 0 || day(second) !== day(splits[at - 1]);
            const time = step < 86400 ? clock(second, step) : day(second);
            return isNewDay && step < 86400 ? time + "\n" + day(second) : time;
          }),
      },
    });
  };

  // From which age on bars are how wide, in seconds; the first of equal bars begins at half a second.
  const WIDTHS = [
    [2592000.5, 2592000],
    [172800.5, 86400],
    [7200.5, 600],
    [600.5, 10],
    [0, 1],
  ];
  const FIRST = 0.5;
  const STRIDES = [1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 432000, 864000, 8640000];

  const ages = (place, what, isMeant) => {
    const table = read("ages-table");
    const [youngest, oldest] = [table.column(0), table.column(1)];
    const names = [...table.counts.keys()].filter(isMeant);
    const sums = youngest.map((_, at) => names.reduce((sum, name) => sum + table.counts.get(name)[at], 0));
    const all = sums.reduce((sum, count) => sum + count, 0);
    const last = sums.reduce((most, sum, at) => (sum > 0 ? at : most), 0);
    const timers = [...document.querySelectorAll("#clusters-table tbody tr")]
      .filter((row) => row.dataset.what === what)
      .map((row) => [2, 3, 4].map((cell) => Number(row.cells[cell].textContent)))
      .sort(([one], [other]) => one - other);
    const mark = Number(place.dataset.mark || NaN);
    // As far as 99 of a hundred, what is asked about, and the timers.
    let seen = 0;
    const most = sums.findIndex((sum) => (seen += sum) >= all * 0.99);
    const end = Math.max(oldest[most], mark * 1.5 || 0, ...timers.map(([, to]) => to * 1.2));
    // All bars are as wide as the widest that is shown.
    const view = binned(table.counts, names, {
      widthOf: (min, max) => WIDTHS.find(([from]) => max > from)[1],
      beginsOf: (step) => youngest.map((age) => Math.max(Math.floor((age - FIRST) / step) * step + FIRST, 0)),
      endOf: (from, step) => (from === 0 ? FIRST : from + step),
    });
    draw(place, {
      view,
      whole: [0, Math.max(oldest[last], end)],
      start: [0, end],
      least: 8,
      label: (from, to) => from + " to " + to + " s",
      axis: {
        space: 60,
        incrs: STRIDES,
        values: (u, splits, number, space, step) => {
          const [unit, name] = UNITS.find(([unit]) => step >= unit);
          return splits.map((age) => age / unit + " " + name);
        },
      },
      isApart: (from) => from === 0,
      // Several timers of one age are one band.
      behind: ({ ctx, bbox, valToPos }) => {
        const pixels = devicePixelRatio;
        let covered = -Infinity;
        ctx.globalAlpha = 0.18;
        ctx.fillStyle = color("critical");
        for (const [from, to] of timers) {
          const left = Math.max(valToPos(from, "x", true) - 3 * pixels, covered);
          const right = Math.max(valToPos(to, "x", true) + 3 * pixels, covered);
          ctx.fillRect(left, bbox.top, right - left, bbox.height);
          covered = right;
        }
        ctx.globalAlpha = 1;
      },
      front: ({ ctx, bbox, valToPos }) => {
        const pixels = devicePixelRatio;
        const [first, last] = [bbox.left, bbox.left + bbox.width];
        const at = valToPos(mark, "x", true);
        if (mark && at >= first && at <= last) {
          ctx.strokeStyle = color("text");
          ctx.lineWidth = pixels;
          ctx.setLineDash([4 * pixels, 4 * pixels]);
          ctx.beginPath();
          ctx.moveTo(at, bbox.top);
          ctx.lineTo(at, bbox.top + bbox.height);
          ctx.stroke();
        }
        ctx.fillStyle = color("critical");
        ctx.font = 12 * pixels + "px system-ui, sans-serif";
        ctx.textAlign = "left";
        ctx.textBaseline = "alphabetic";
        let labelled = -Infinity;
        for (const [from, to, middle] of timers) {
          const text = "timer: " + Number(middle.toFixed(1)) + " s";
          const width = ctx.measureText(text).width;
          const center = (valToPos(from, "x", true) + valToPos(to, "x", true)) / 2;
          const begin = Math.min(Math.max(center - width / 2, first), last - width);
          if (center < first || center > last || begin < labelled + 8 * pixels) continue;
          ctx.fillText(text, begin, bbox.top - 6 * pixels);
          labelled = begin + width;
        }
      },
    });
  };

  const redraw = () => charts.forEach(({ chart }) => chart.redraw(false));
  const drawn = {
    timeline,
    "ages-failed": (place) => ages(place, "failed", (name) => name !== "established"),
    "ages-tunnels": (place) => ages(place, "tunnels", (name) => name === "established"),
  };
  for (const [id, draw] of Object.entries(drawn)) {
    const place = document.getElementById(id);
    if (place) draw(place);
  }
  addEventListener("resize", () => {
    charts.forEach(({ chart, place }) => chart.setSize({ width: Math.max(place.clientWidth, 200), height: HEIGHT }));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => {
    root.dataset.print = "";
    redraw();
  });
  addEventListener("afterprint", () => {
    delete root.dataset.print;
    redraw();
  });
})();
