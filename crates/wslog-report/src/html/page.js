// Charts of the tables on the page. Without a script the tables are all there is, and all there is in them.
"use strict";
(() => {
  const root = document.documentElement;
  const color = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const charts = [];

  // The rows of a table: a column of counts for each outcome.
  const read = (id) => {
    const table = document.getElementById(id);
    if (!table) return null;
    const rows = [...table.tBodies[0].rows];
    const heads = [...table.tHead.rows[0].cells];
    const column = (place) => rows.map((row) => Number(row.cells[place].textContent));
    const counts = new Map();
    heads.forEach((head, place) => {
      if (head.dataset.outcome) counts.set(head.dataset.outcome, column(place));
    });
    return { rows, column, counts };
  };

  // One upon the other: the sum of each outcome and those below it.
  const stacked = (counts, names) => {
    let below = null;
    return names.map((name) => {
      const sum = counts.get(name).map((count, at) => count + (below ? below[at] : 0));
      below = sum;
      return sum;
    });
  };

  const bars = (view) => (u, series, first, last) => {
    const path = new Path2D();
    const ground = u.valToPos(0, "y", true);
    for (let at = Math.max(first - 1, 0); at <= last; at++) {
      const sum = u.data[series][at];
      if (!sum) continue;
      const left = u.valToPos(u.data[0][at], "x", true);
      const width = u.valToPos(view.ends[at], "x", true) - left;
      const top = u.valToPos(sum, "y", true);
      path.rect(left, top, Math.max(width > 4 ? width - 1 : width, 2), ground - top);
    }
    return { stroke: path, fill: path, clip: null, band: null, gaps: null, flags: 3 };
  };

  // `view` gives the bars that are shown: where they begin and end, and the counts of each outcome.
  const draw = (place, { view, names, whole, start, axis, label, top, marks }) => {
    const shown = names.filter((name) => view.counts.get(name).some((count) => count > 0)).reverse();
    // The whole stack is drawn first, and what is lower in it over that.
    const data = () => [view.from, ...stacked(view.counts, [...shown].reverse()).reverse()];
    const options = {
      width: Math.max(place.clientWidth, 200),
      height: 260,
      padding: [marks ? 22 : 8, 44, 0, 0],
      cursor: { drag: { x: true, y: false }, points: { show: false } },
      select: { show: true },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: {
        x: { time: false, range: (u, least, most) => (least === most ? [least - 1, most + 1] : [least, most]) },
        y: { range: (u, least, most) => [0, (top ? top(u, most) : most) * 1.05 || 1] },
      },
      axes: [
        { stroke: () => color("text"), grid: { show: false }, ticks: { stroke: () => color("line") }, ...axis },
        {
          stroke: () => color("text"),
          grid: { stroke: () => color("line"), width: 1 },
          ticks: { stroke: () => color("line") },
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7],
          size: 64,
        },
      ],
      series: [
        { label: "from", value: (u, value) => (value == null ? "–" : label(value)) },
        ...shown.map((name) => ({
          label: name,
          fill: () => color(name),
          stroke: null,
          width: 0,
          paths: bars(view),
          points: { show: false },
          value: (u, value, number, at) => (at == null ? "–" : view.counts.get(name)[at]),
        })),
      ],
      hooks: {
        draw: marks ? [marks] : [],
        setScale: view.fit ? [(u, key) => key === "x" && view.fit(u) && u.setData(data(), false)] : [],
      },
    };
    const chart = new uPlot(options, data(), place);
    charts.push({ chart, place });
    zooming(chart, place, whole, start);
  };

  // By mouse: a drag, a turn of the wheel on the chart that has the focus or with Ctrl held. By keyboard: + and -,
  // arrows, 0. By buttons: the same.
  const zooming = (chart, place, whole, start) => {
    const [least, most] = whole;
    const show = (min, max) => {
      const width = Math.min(max - min, most - least);
      const from = Math.min(Math.max(min, least), most - width);
      chart.setScale("x", { min: from, max: from + width });
    };
    const now = () => [chart.scales.x.min, chart.scales.x.max];
    const scale = (factor, share = 0.5) => {
      const [min, max] = now();
      const middle = min + (max - min) * share;
      const width = Math.max((max - min) * factor, (most - least) / 1e4);
      show(middle - width * share, middle + width * (1 - share));
    };
    const move = (share) => {
      const [min, max] = now();
      show(min + (max - min) * share, max + (max - min) * share);
    };
    const all = () => show(least, most);
    const ways = [
      ["All", all],
      ["Zoom in", () => scale(0.5)],
      ["Zoom out", () => scale(2)],
      ["Earlier", () => move(-0.5)],
      ["Later", () => move(0.5)],
    ];
    if (!place.id.startsWith("timeline")) {
      ways[3][0] = "Younger";
      ways[4][0] = "Older";
    }
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    for (const [name, act] of ways) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", act);
      buttons.append(button);
    }
    place.before(buttons);
    const keys = { "+": ways[1][1], "=": ways[1][1], "-": ways[2][1], 0: all };
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
    chart.over.addEventListener("dblclick", all);
    show(...start);
  };

  const two = (number) => String(number).padStart(2, "0");
  const clock = (seconds, finest) => {
    const at = new Date(seconds * 1000);
    const time = two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
    return finest < 60 ? time + ":" + two(at.getUTCSeconds()) : time;
  };
  const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

  // The age at which the first of equal bars begins, in seconds.
  const FIRST = 0.5;

  // Bars of what is counted more finely, put together for what is shown of it: `widthOf` says how wide they are,
  // and `beginsOf` where the bar of each row begins.
  const rebinned = (fine, widthOf, beginsOf, tell) => {
    const view = {
      // Whether anything has changed.
      fit: ({ scales }) => {
        const step = widthOf(scales.x);
        if (step === view.step) return false;
        const begins = beginsOf(step);
        view.step = step;
        view.from = [...new Set(begins)];
        view.ends = view.from.map((from) => (from === 0 ? FIRST : from + step));
        const bar = new Map(view.from.map((from, at) => [from, at]));
        view.counts = new Map();
        for (const [name, counts] of fine) {
          const sums = view.from.map(() => 0);
          counts.forEach((count, at) => (sums[bar.get(begins[at])] += count));
          view.counts.set(name, sums);
        }
        if (tell) tell(step);
        return true;
      },
    };
    return view;
  };

  const span = (seconds) => {
    const [unit, name] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([unit]) => seconds >= unit);
    return seconds / unit + " " + name;
  };

  // How many seconds a bar may stand for, and how many bars there are at most.
  const STEPS = [1, 5, 15, 60, 300, 900, 3600, 21600, 86400, 604800, 2419200, 31449600, 314496000];
  const MOST_BARS = 240;

  const timeline = (place) => {
    const table = read("timeline-table");
    const bin = Number(place.dataset.bin);
    const offset = Number(place.dataset.offset) * 60;
    const seconds = table.rows.map((row) => Number(row.dataset.from));
    const whole = [seconds[0] + offset, seconds[seconds.length - 1] + offset + bin];
    const steps = STEPS.filter((step) => step >= bin);
    const width = document.createElement("span");
    document.getElementById(place.id + "-caption").append(" ", width);
    const view = rebinned(
      table.counts,
      ({ min, max }) => steps.find((step) => (max - min) / step <= MOST_BARS) || steps[steps.length - 1],
      (step) => seconds.map((second) => Math.floor(second / step) * step + offset),
      (step) => (width.textContent = span(step) + " a bar."),
    );
    view.fit({ scales: { x: { min: whole[0], max: whole[1] } } });
    draw(place, {
      view,
      names: [...table.counts.keys()],
      whole,
      start: whole,
      label: (second) => day(second) + " " + clock(second, view.step),
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

  // From which age on bars are how wide, in seconds.
  const WIDTHS = [
    [172800.5, 86400],
    [7200.5, 600],
    [600.5, 10],
    [0, 1],
  ];
  const ages = (place, what, isMeant) => {
    const table = read("ages-table");
    const youngest = table.column(0);
    const oldest = table.column(1);
    const names = [...table.counts.keys()].filter(isMeant);
    const sums = youngest.map((age, at) => names.reduce((sum, name) => sum + table.counts.get(name)[at], 0));
    const last = sums.reduce((most, sum, at) => (sum > 0 ? at : most), 0);
    const all = sums.reduce((sum, count) => sum + count, 0);
    const clusters = [...document.querySelectorAll("#clusters-table tbody tr")]
      .filter((row) => row.dataset.what === what)
      .map((row) => [2, 3].map((cell) => Number(row.cells[cell].textContent)));
    const mark = Number(place.dataset.mark || NaN);
    // As far as 99 of a hundred, what is asked about, and the clusters.
    let seen = 0;
    const most = sums.findIndex((sum) => (seen += sum) >= all * 0.99);
    const end = Math.max(oldest[most], mark * 1.5 || 0, ...clusters.map(([, to]) => to * 1.2));
    const whole = [0, Math.max(oldest[last], end)];
    // All bars are as wide as the widest that is shown.
    const view = rebinned(
      table.counts,
      ({ max }) => WIDTHS.find(([from]) => max > from)[1],
      (step) => youngest.map((age) => Math.max(Math.floor((age - FIRST) / step) * step + FIRST, 0)),
    );
    view.fit({ scales: { x: { min: 0, max: end } } });
    draw(place, {
      view,
      names,
      whole,
      start: [0, end],
      label: (age) => age + " s",
      axis: { space: 60, values: (u, splits) => splits.map((age) => age + " s") },
      // What failed at once would hide the rest.
      top: (u, tallest) => {
        const { min, max } = u.scales.x;
        const sum = (at) => names.reduce((sum, name) => sum + view.counts.get(name)[at], 0);
        const isSeen = (age, at) => age > 0 && view.ends[at] > min && age < max;
        const later = view.from.map((age, at) => (isSeen(age, at) ? sum(at) : 0));
        return Math.max(0, ...later) || tallest;
      },
      marks: (u) => {
        const { ctx, bbox } = u;
        const middle = (age) => u.valToPos(age, "x", true);
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
        ctx.clip();
        if (mark) {
          ctx.strokeStyle = color("faint");
          ctx.lineWidth = devicePixelRatio;
          ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
          ctx.beginPath();
          ctx.moveTo(middle(mark), bbox.top);
          ctx.lineTo(middle(mark), bbox.top + bbox.height);
          ctx.stroke();
        }
        ctx.fillStyle = color("critical");
        ctx.font = 12 * devicePixelRatio + "px system-ui, sans-serif";
        ctx.textAlign = "center";
        for (const [from, to] of clusters) {
          const left = middle(from);
          const width = Math.max(middle(to) - left, 3 * devicePixelRatio);
          ctx.globalAlpha = 0.18;
          ctx.fillRect(left - 2 * devicePixelRatio, bbox.top, width + 4 * devicePixelRatio, bbox.height);
          ctx.globalAlpha = 1;
          ctx.fillText("timer: " + from + " s", left + width / 2, bbox.top - 6 * devicePixelRatio);
        }
        ctx.restore();
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
    charts.forEach(({ chart, place }) => chart.setSize({ width: Math.max(place.clientWidth, 200), height: 260 }));
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
