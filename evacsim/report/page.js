"use strict";
// The page's script: opens what is folded for printing, and draws the map. It fetches nothing.

(() => {
  const folded = [];
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      folded.push(details);
    }
  });
  addEventListener("afterprint", () => folded.splice(0).forEach((details) => { details.open = false; }));
})();

(() => {
  const world = JSON.parse(document.getElementById("world").textContent);
  if (!world) return;
  const words = world.words;
  const element = (id) => document.getElementById(id);
  const stage = document.querySelector(".stage"), ground = element("ground"), life = element("life");
  const slider = element("slider"), tip = element("tip");

  const COLORS = {
    roads: ["#dcdcd8", "#cfcfc9", "#bebcb4", "#aeaba0", "#9b988c"],
    widths: [0.7, 1, 1.4, 1.9, 2.4],
    water: ["", "#b9d9ee", "#86bce0", "#4b96cb", "#1a6fae", "#08417c"],
    flow: [[246, 190, 95], [205, 92, 22], [122, 36, 4]],
    safe: "#00785a", waiting: "#fffdf8", outside: "#c4c4c4", ink: "#1d2329",
    shelter: "#3d4b8f", full: "#d55e00", wet: "#0072b2",
  };
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const FULL = 0.995, BINS = 8, MOST_LABELS = 60;

  // ---- unpacking (report/packing.py) ----

  function reader(text) {
    const data = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    let at = 0;
    const next = () => {
      let value = 0, place = 1, byte;
      do {
        byte = data[at++];
        value += (byte & 127) * place;
        place *= 128;
      } while (byte & 128);
      return value;
    };
    return { next, more: () => at < data.length, signed: () => { const n = next(); return n % 2 ? -(n + 1) / 2 : n / 2; } };
  }

  function readRoads() {
    const { number, lines, ranks, name } = world.roads;
    const shape = reader(lines), rank = reader(ranks), label = reader(name);
    const roads = [];
    for (let i = 0; i < number; i++) {
      const points = new Float32Array(2 * shape.signed());
      let x = 0, y = 0, x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
      for (let k = 0; k < points.length; k += 2) {
        points[k] = x += shape.signed();
        points[k + 1] = y += shape.signed();
        x0 = Math.min(x0, x); x1 = Math.max(x1, x);
        y0 = Math.min(y0, y); y1 = Math.max(y1, y);
      }
      roads.push({ points, x0, y0, x1, y1, rank: rank.next(), name: world.roads.names[label.next()], wet: [] });
    }
    return roads;
  }

  function readFlows() {
    const flow = reader(world.flows), frames = [];
    while (flow.more()) {
      const rows = [];
      let road = 0;
      for (let left = flow.next(); left > 0; left--) {
        road += flow.next();
        rows.push([road, flow.next()]);
      }
      frames.push(rows);
    }
    return frames;
  }

  function readWater(roads) {
    const water = reader(world.water);
    let road = 0;
    const wet = [];
    while (water.more()) {
      road += water.next();
      for (let left = water.next(); left > 0; left--) roads[road].wet.push(water.next(), water.next());
      wet.push(roads[road]);
    }
    return wet;
  }

  const roads = readRoads(), flows = readFlows(), wetRoads = readWater(roads);
  const byRank = COLORS.roads.map((_, rank) => roads.filter((road) => road.rank === rank));
  const mostFlow = flows.reduce((most, rows) => rows.reduce((m, row) => Math.max(m, row[1]), most), 1);
  const mostToGo = world.zones.reduce((most, zone) => Math.max(most, zone.go), 1);
  const mostInNeed = world.cases.reduce((most, place) => Math.max(most, place.most), 1);
  const crowded = world.zones.length + world.shelters.length > 60;
  let frame = 0;

  // The value of [frame, value, frame, value, …] now.
  function now(steps) {
    let low = 0, high = steps.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[2 * middle] <= frame) low = middle + 1; else high = middle;
    }
    return low ? steps[2 * low - 1] : 0;
  }

  // ---- the view ----

  const view = { scale: 1, x: 0, y: 0, width: 0, height: 0, base: 1 };
  const toX = (x) => (x - view.x) * view.scale, toY = (y) => (y - view.y) * view.scale;

  function fit(boxes) {
    const x0 = Math.min(...boxes.map((b) => b[0])), x1 = Math.max(...boxes.map((b) => b[0]));
    const y0 = Math.min(...boxes.map((b) => b[1])), y1 = Math.max(...boxes.map((b) => b[1]));
    const least = 400 / world.grid.unit;
    const wide = Math.max(x1 - x0, least) * 1.18, high = Math.max(y1 - y0, least) * 1.18;
    view.scale = Math.min(view.width / wide, view.height / high);
    view.x = (x0 + x1) / 2 - view.width / 2 / view.scale;
    view.y = (y0 + y1) / 2 - view.height / 2 / view.scale;
  }

  const corners = [[0, 0], [world.grid.width, world.grid.height]];
  const placed = [...world.zones, ...world.shelters, ...world.points].map((thing) => thing.at);
  const fitAll = () => fit(corners), fitPlaces = () => fit(placed.length > 1 ? placed : corners);

  function resize() {
    const box = stage.getBoundingClientRect(), dots = Math.min(devicePixelRatio || 1, 2);
    const middle = view.width ? [view.x + view.width / 2 / view.scale, view.y + view.height / 2 / view.scale] : null;
    view.width = box.width; view.height = box.height;
    for (const canvas of [ground, life]) {
      canvas.width = Math.round(box.width * dots); canvas.height = Math.round(box.height * dots);
      canvas.getContext("2d").setTransform(dots, 0, 0, dots, 0, 0);
    }
    if (middle) {
      view.x = middle[0] - view.width / 2 / view.scale; view.y = middle[1] - view.height / 2 / view.scale;
    } else fitPlaces();
    view.base = Math.min(view.width / world.grid.width, view.height / world.grid.height) || 1;
    drawAll();
  }

  function zoom(factor, px = view.width / 2, py = view.height / 2) {
    const scale = Math.min(Math.max(view.scale * factor, view.base * 0.5), 2 * world.grid.unit);
    view.x += px / view.scale - px / scale; view.y += py / view.scale - py / scale;
    view.scale = scale;
    drawAll();
  }

  // ---- drawing: the ground changes with the view only, life with view and time ----

  const seen = (road) => toX(road.x1) > -20 && toX(road.x0) < view.width + 20 && toY(road.y1) > -20 && toY(road.y0) < view.height + 20;

  function trace(pen, road) {
    const points = road.points;
    pen.moveTo(toX(points[0]), toY(points[1]));
    for (let k = 2; k < points.length; k += 2) pen.lineTo(toX(points[k]), toY(points[k + 1]));
  }

  const thick = () => Math.min(Math.max(Math.sqrt(view.scale / world.grid.unit / 0.05), 0.7), 3);

  function drawGround() {
    const pen = ground.getContext("2d");
    pen.clearRect(0, 0, view.width, view.height);
    pen.lineCap = pen.lineJoin = "round";
    byRank.forEach((group, rank) => {
      pen.beginPath();
      for (const road of group) if (seen(road)) trace(pen, road);
      pen.strokeStyle = COLORS.roads[rank];
      pen.lineWidth = COLORS.widths[rank] * thick();
      pen.stroke();
    });
  }

  function flowColor(share) {
    const [low, middle, high] = COLORS.flow;
    const mix = (a, b, part) => a.map((v, k) => Math.round(v + (b[k] - v) * part));
    return `rgb(${share < 0.5 ? mix(low, middle, 2 * share) : mix(middle, high, 2 * share - 1)})`;
  }
  const flowShare = (people) => Math.sqrt(people / mostFlow);

  function drawLife() {
    const pen = life.getContext("2d");
    pen.clearRect(0, 0, view.width, view.height);
    pen.lineCap = pen.lineJoin = "round";
    const levels = COLORS.water.map(() => []);
    for (const road of wetRoads) if (seen(road)) levels[now(road.wet)].push(road);
    levels.forEach((group, level) => {
      if (!level || !group.length) return;
      pen.beginPath();
      for (const road of group) trace(pen, road);
      pen.strokeStyle = COLORS.water[level];
      pen.lineWidth = 2.2 + 1.8 * thick();
      pen.stroke();
    });
    // One stroke for each of a few widths: thousands of single strokes would be slow.
    const bins = Array.from({ length: BINS }, () => []);
    for (const [road, people] of flows[frame] || []) {
      if (seen(roads[road])) bins[Math.min(Math.floor(BINS * flowShare(people)), BINS - 1)].push(roads[road]);
    }
    bins.forEach((group, bin) => {
      if (!group.length) return;
      const share = (bin + 0.5) / BINS;
      pen.beginPath();
      for (const road of group) trace(pen, road);
      pen.strokeStyle = flowColor(share);
      pen.lineWidth = 1 + 6 * share;
      pen.stroke();
    });
    world.points.forEach((point) => drawPoint(pen, toX(point.at[0]), toY(point.at[1])));
    world.zones.forEach((zone) => drawZone(pen, zone));
    world.shelters.forEach((shelter) => drawShelter(pen, shelter));
    world.cases.forEach((place) => drawCases(pen, place));
    pen.font = "12px " + getComputedStyle(document.body).fontFamily;
    pen.textBaseline = "middle";
    drawLabels(pen);
    drawScale(pen);
  }

  function drawPoint(pen, x, y) {
    const r = crowded ? 3.5 : 5.5;
    pen.beginPath();
    pen.moveTo(x, y - r); pen.lineTo(x + r, y + 0.7 * r); pen.lineTo(x - r, y + 0.7 * r); pen.closePath();
    pen.fillStyle = "#fff"; pen.fill();
    pen.strokeStyle = COLORS.ink; pen.lineWidth = 1.3; pen.stroke();
  }

  const radius = (zone) => (crowded ? 3.5 : 6) + (crowded ? 4.5 : 10) * Math.sqrt(zone.go / mostToGo);

  function drawZone(pen, zone) {
    const [x, y] = [toX(zone.at[0]), toY(zone.at[1])], r = radius(zone);
    if (now(zone.wet)) {
      pen.beginPath(); pen.arc(x, y, r + 3, 0, 7);
      pen.fillStyle = COLORS.wet; pen.fill();
    }
    pen.beginPath(); pen.arc(x, y, r, 0, 7);
    pen.fillStyle = zone.go ? COLORS.waiting : COLORS.outside; pen.fill();
    const share = zone.go ? now(zone.safe) / zone.go : 0;
    if (share > 0) {
      pen.beginPath(); pen.moveTo(x, y);
      pen.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share); pen.closePath();
      pen.fillStyle = COLORS.safe; pen.fill();
    }
    pen.beginPath(); pen.arc(x, y, r, 0, 7);
    pen.strokeStyle = COLORS.ink; pen.lineWidth = 1.2; pen.stroke();
  }

  function drawShelter(pen, shelter) {
    const [x, y] = [toX(shelter.at[0]), toY(shelter.at[1])], r = crowded ? 5 : 7;
    const share = shelter.capacity === null ? 0 : shelter.capacity ? now(shelter.load) / shelter.capacity : 1;
    const flooded = shelter.flooded !== null && shelter.flooded <= frame * world.interval;
    pen.fillStyle = "#fff"; pen.fillRect(x - r, y - r, 2 * r, 2 * r);
    pen.fillStyle = share >= FULL ? COLORS.full : COLORS.shelter;
    pen.fillRect(x - r, y + r - 2 * r * Math.min(share, 1), 2 * r, 2 * r * Math.min(share, 1));
    pen.strokeStyle = flooded ? COLORS.wet : share >= FULL ? COLORS.full : COLORS.shelter;
    pen.lineWidth = flooded ? 3 : crowded ? 1.5 : 2; pen.strokeRect(x - r, y - r, 2 * r, 2 * r);
    if (flooded) {
      pen.beginPath(); pen.moveTo(x - r, y - r); pen.lineTo(x + r, y + r); pen.moveTo(x + r, y - r); pen.lineTo(x - r, y + r);
      pen.lineWidth = 2; pen.stroke();
    }
  }

  const caseSize = (people) => (crowded ? 4 : 6) + (crowded ? 5 : 9) * Math.sqrt(people / mostInNeed);

  // A diamond of the people reported; from below, the share to whom craft have been sent.
  function drawCases(pen, place) {
    const people = now(place.people);
    if (!people) return;
    const [x, y] = [toX(place.at[0]), toY(place.at[1])], r = caseSize(people), share = now(place.sent) / people;
    pen.save();
    pen.beginPath();
    pen.moveTo(x, y - r); pen.lineTo(x + r, y); pen.lineTo(x, y + r); pen.lineTo(x - r, y); pen.closePath();
    pen.fillStyle = world.case_colors.waiting; pen.fill();
    pen.strokeStyle = "#fff"; pen.lineWidth = 1.2; pen.stroke();
    pen.clip();
    pen.fillStyle = world.case_colors.sent; pen.fillRect(x - r, y + r - 2 * r * share, 2 * r, 2 * r * share);
    pen.restore();
  }

  function drawLabels(pen) {
    const inView = [...world.zones, ...world.shelters].filter(({ at }) => toX(at[0]) > 0 && toX(at[0]) < view.width && toY(at[1]) > 0 && toY(at[1]) < view.height);
    if (inView.length > MOST_LABELS) return;
    const taken = [...world.shelters.map((s) => [s, 9]), ...world.zones.map((z) => [z, radius(z) + 2])]
      .map(([thing, r]) => [toX(thing.at[0]) - r, toY(thing.at[1]) - r, toX(thing.at[0]) + r, toY(thing.at[1]) + r]);
    const overlaps = (a) => taken.some((b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]);
    const things = [...world.shelters.map((s) => [s, 10]), ...[...world.zones].sort((a, b) => b.people - a.people).map((z) => [z, radius(z) + 4])];
    for (const [thing, r] of things) {
      const wide = pen.measureText(thing.name).width, x = toX(thing.at[0]), y = toY(thing.at[1]);
      if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
      for (const box of [[x + r, y - 7, x + r + wide, y + 7], [x - r - wide, y - 7, x - r, y + 7], [x - wide / 2, y + r, x + wide / 2, y + r + 14], [x - wide / 2, y - r - 14, x + wide / 2, y - r]]) {
        if (box[0] < 2 || box[2] > view.width - 2 || overlaps(box)) continue;
        taken.push(box);
        pen.strokeStyle = "rgba(255,255,255,.9)"; pen.lineWidth = 3.5; pen.strokeText(thing.name, box[0], (box[1] + box[3]) / 2);
        pen.fillStyle = COLORS.ink; pen.fillText(thing.name, box[0], (box[1] + box[3]) / 2);
        break;
      }
    }
  }

  function drawScale(pen) {
    const metresPerPixel = world.grid.unit / view.scale;
    const power = 10 ** Math.floor(Math.log10(120 * metresPerPixel));
    const length = [5, 2, 1].map((f) => f * power).find((l) => l <= 120 * metresPerPixel);
    const wide = length / metresPerPixel, x = 12, y = view.height - 12;
    pen.strokeStyle = "rgba(255,255,255,.9)"; pen.lineWidth = 5;
    for (let pass = 0; pass < 2; pass++) {
      pen.beginPath(); pen.moveTo(x, y - 5); pen.lineTo(x, y); pen.lineTo(x + wide, y); pen.lineTo(x + wide, y - 5); pen.stroke();
      pen.strokeStyle = COLORS.ink; pen.lineWidth = 1.5;
    }
    const text = length >= 1000 ? `${length / 1000} km` : `${length} m`;
    pen.strokeStyle = "rgba(255,255,255,.9)"; pen.lineWidth = 3.5; pen.strokeText(text, x + wide + 6, y - 4);
    pen.fillStyle = COLORS.ink; pen.fillText(text, x + wide + 6, y - 4);
  }

  let due = null;
  function draw(withGround) {
    if (due === null) {
      requestAnimationFrame(() => {
        if (due) drawGround();
        drawLife();
        due = null;
      });
    }
    due = due || withGround;
  }
  const drawAll = () => draw(true);

  // ---- time ----

  const start = Date.UTC(...world.start.match(/\d+/g).slice(0, 6).map((part, k) => (k === 1 ? part - 1 : +part)));
  function wall(seconds) {
    const at = new Date(start + 60000 * Math.floor(seconds / 60 + 0.5));
    const time = at.toISOString().slice(11, 16), hours = (seconds >= 0 ? "+" : "") + (seconds / 3600).toFixed(1);
    return world.lang === "zh"
      ? `${at.getUTCMonth() + 1}月${at.getUTCDate()}日${time}（T${hours}小时）`
      : `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${time} (T${hours} h)`;
  }
  const many = (number) => Math.round(number).toLocaleString("en-US");
  const colon = world.lang === "zh" ? "：" : ": ";

  function show(number) {
    frame = Math.min(Math.max(Math.round(number), 0), world.frames - 1);
    slider.value = frame;
    element("clock").textContent = wall(Math.min(frame * world.interval, world.end));
    const { safe, moving, cut_off: cutOff, wet, go } = world.totals;
    const parts = [
      [words.map_out, `${many(safe[frame])} / ${many(go)}`], [words.map_moving, many(moving[frame])],
      [words.map_cut_off, many(cutOff[frame])], [words.map_wet, many(wet[frame])],
    ].map(([name, value]) => {
      const part = document.createElement("span"), strong = document.createElement("b");
      strong.textContent = value;
      part.append(name + " ", strong, ` ${words.map_people}`);
      return part;
    });
    element("figures").replaceChildren(...parts);
    tip.hidden = true;
    draw(false);
  }

  let playing = 0;
  function play() {
    if (playing) { clearInterval(playing); playing = 0; } else {
      if (frame === world.frames - 1) show(0);
      playing = setInterval(() => { if (frame === world.frames - 1) play(); else show(frame + 1); }, Math.min(Math.max(25000 / world.frames, 60), 500));
    }
    element("play").textContent = playing ? words.map_pause : words.map_play;
  }

  function fromHash() {
    const found = location.hash.match(/t=(\d+)/);
    if (found) show(Number(found[1]) / world.interval);
    return Boolean(found);
  }

  // ---- pointing ----

  function distance(road, px, py) {
    let best = Infinity;
    for (let k = 2; k < road.points.length; k += 2) {
      const ax = toX(road.points[k - 2]), ay = toY(road.points[k - 1]), dx = toX(road.points[k]) - ax, dy = toY(road.points[k + 1]) - ay;
      const along = Math.min(Math.max(((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1), 0), 1);
      best = Math.min(best, Math.hypot(px - ax - along * dx, py - ay - along * dy));
    }
    return best;
  }

  function nearest(things, px, py, reach) {
    let found = null;
    for (const thing of things) {
      const away = Math.hypot(toX(thing.at[0]) - px, toY(thing.at[1]) - py);
      if (away < reach) { reach = away; found = thing; }
    }
    return found;
  }

  const depth = (level) => {
    const low = world.depths[level - 1], high = world.depths[level];
    return high === undefined ? `> ${low} m` : `${low}–${high} m`;
  };

  function described(px, py) {
    const place = nearest(world.cases.filter((one) => now(one.people)), px, py, 12);
    if (place) {
      const people = now(place.people), sent = now(place.sent);
      return [`${words.map_case_waiting}${colon}${many(people - sent)} ${words.map_people}`, `${words.map_case_sent}${colon}${many(sent)} ${words.map_people}`];
    }
    const shelter = nearest(world.shelters, px, py, 12);
    if (shelter) {
      const limit = shelter.capacity === null ? words.map_unlimited : many(shelter.capacity);
      return [shelter.name, `${many(now(shelter.load))} ${words.map_people} / ${words.map_capacity} ${limit}`,
        shelter.flooded !== null ? `${words.map_shelter_wet}${colon}${wall(shelter.flooded)}` : ""];
    }
    const zone = nearest(world.zones, px, py, 18);
    if (zone) {
      const level = now(zone.wet);
      return [`${zone.name} · ${many(zone.people)} ${words.map_people}`,
        zone.go ? `${words.map_out} ${many(now(zone.safe))} / ${words.map_had_to_go} ${many(zone.go)}` : words.map_zone_outside,
        level ? `${words.map_water} ${depth(level)}` : ""];
    }
    const point = nearest(world.points, px, py, 10);
    if (point) return [`${words.map_pickup} ${point.name}`, `${many(point.people)} ${words.map_people}`];
    let best = null, reach = 8;
    for (const road of roads) {
      if (px < toX(road.x0) - 8 || px > toX(road.x1) + 8 || py < toY(road.y0) - 8 || py > toY(road.y1) + 8) continue;
      const away = distance(road, px, py);
      if (away < reach) { reach = away; best = road; }
    }
    if (!best) return null;
    const number = roads.indexOf(best), flow = (flows[frame] || []).find((row) => row[0] === number), level = now(best.wet);
    const closed = world.closed[number];
    return [best.name || words.map_road, flow ? `${words.map_flow} ${many(flow[1])}` : "", level ? `${words.map_water} ${depth(level)}` : "",
      closed !== undefined && closed <= frame * world.interval ? `${words.map_closed} ${wall(closed)}` : ""];
  }

  function point(event) {
    const box = stage.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    const lines = described(px, py);
    tip.hidden = !lines;
    if (!lines) return;
    tip.replaceChildren(...lines.filter(Boolean).map((line) => { const row = document.createElement("div"); row.textContent = line; return row; }));
    tip.style.left = `${Math.min(px + 14, view.width - tip.offsetWidth - 4)}px`;
    tip.style.top = `${Math.min(py + 14, view.height - tip.offsetHeight - 4)}px`;
  }

  const fingers = new Map();
  let awake = false, dragged = 0;
  life.addEventListener("pointerdown", (event) => {
    awake = true; dragged = 0;
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    life.setPointerCapture(event.pointerId);
  });
  life.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) { if (event.pointerType === "mouse") point(event); return; }
    const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
    dragged += Math.abs(dx) + Math.abs(dy);
    const other = [...fingers].find(([id]) => id !== event.pointerId);
    if (other) {
      const [ox, oy] = other[1], box = stage.getBoundingClientRect();
      const old = Math.hypot(before[0] - ox, before[1] - oy), fresh = Math.hypot(event.clientX - ox, event.clientY - oy);
      view.x -= dx / 2 / view.scale; view.y -= dy / 2 / view.scale;
      zoom(old ? fresh / old : 1, (event.clientX + ox) / 2 - box.left, (event.clientY + oy) / 2 - box.top);
    } else {
      view.x -= dx / view.scale; view.y -= dy / view.scale;
    }
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    tip.hidden = true;
    drawAll();
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    life.addEventListener(kind, (event) => {
      fingers.delete(event.pointerId);
      if (kind === "pointerup" && dragged < 6) point(event);
    });
  }
  life.addEventListener("pointerleave", () => { awake = false; if (!fingers.size) tip.hidden = true; });
  life.addEventListener("wheel", (event) => {
    if (!awake && !event.ctrlKey) return;
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  // ---- the key ----

  function key() {
    const square = (style) => `<svg viewBox="0 0 16 16" width="16" height="16">${style}</svg>`;
    const circle = (fill, ring = "") => square(`${ring}<circle cx="8" cy="8" r="5.5" fill="${fill}" stroke="${COLORS.ink}"/>`);
    const box = (share, color, extra = "") => square(`<rect x="2" y="2" width="12" height="12" fill="#fff" stroke="${color}" stroke-width="2"/><rect x="2" y="${14 - 12 * share}" width="12" height="${12 * share}" fill="${color}"/>${extra}`);
    const diamond = (color) => square(`<path d="M8 2L14 8L8 14L2 8Z" fill="${color}"/>`);
    const line = (color, width) => `<svg viewBox="0 0 22 12" width="22" height="12"><path d="M1 6H21" stroke="${color}" stroke-width="${width}" stroke-linecap="round"/></svg>`;
    const pie = `<path d="M8 8V2.5A5.5 5.5 0 0 1 8 13.5Z" fill="${COLORS.safe}"/>`;
    const steps = [0.05, 0.3, 1].map((share) => [line(flowColor(Math.sqrt(share)), 1 + 6 * Math.sqrt(share)), many(Math.max(share * mostFlow, 1))]);
    const minutes = `${words.map_interval} ${Math.round(world.interval / 60)} min`;
    const entries = [
      [square(`<circle cx="8" cy="8" r="5.5" fill="${COLORS.waiting}"/>${pie}<circle cx="8" cy="8" r="5.5" fill="none" stroke="${COLORS.ink}"/>`), words.map_zone],
      [circle(COLORS.waiting, `<circle cx="8" cy="8" r="8" fill="${COLORS.wet}"/>`), words.map_zone_wet],
      [circle(COLORS.outside), words.map_zone_outside],
      [box(0.5, COLORS.shelter), words.map_shelter], [box(1, COLORS.full), words.map_shelter_full],
      [box(0, COLORS.wet, `<path d="M2 2L14 14M14 2L2 14" stroke="${COLORS.wet}" stroke-width="2"/>`), words.map_shelter_wet],
      [square(`<path d="M8 2L14 13H2Z" fill="#fff" stroke="${COLORS.ink}" stroke-width="1.5"/>`), words.map_pickup],
      ...(world.cases.length ? [[diamond(world.case_colors.waiting), words.map_case_waiting], [diamond(world.case_colors.sent), words.map_case_sent]] : []),
      ["", `${words.map_flow} (${minutes})`, steps],
      ["", words.map_depth, COLORS.water.slice(1).map((color, k) => [line(color, 5), depth(k + 1).replace(" m", "")])],
    ];
    element("key").replaceChildren(...entries.map(([icon, text, steps]) => {
      const item = document.createElement("li");
      item.innerHTML = icon;
      item.append(text);
      for (const [picture, label] of steps || []) {
        const part = document.createElement("span");
        part.innerHTML = picture;
        part.append(label);
        item.append(part);
      }
      return item;
    }));
  }

  slider.max = world.frames - 1;
  slider.addEventListener("input", () => show(Number(slider.value)));
  element("play").addEventListener("click", play);
  element("closer").addEventListener("click", () => zoom(1.5));
  element("further").addEventListener("click", () => zoom(1 / 1.5));
  element("places").addEventListener("click", () => { fitPlaces(); drawAll(); });
  element("everything").addEventListener("click", () => { fitAll(); drawAll(); });
  addEventListener("hashchange", fromHash);
  new ResizeObserver(resize).observe(stage);
  key();
  resize();
  // Without a wish the map opens at the moment when most people are on the roads.
  const busy = flows.map((rows) => rows.reduce((sum, row) => sum + row[1], 0));
  if (!fromHash()) show(busy.indexOf(Math.max(...busy, 0)));
})();
