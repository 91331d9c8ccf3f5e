/** What `bench-board.ts` runs inside the page: as the page has it, without types. */

const list = () => document.querySelector('[data-test=list]');
const frame = () => new Promise(requestAnimationFrame);

/** Scrolls to the end by frames while pages follow, and looks at every row that exists on the way. */
async function ride(step, all) {
  const seen = new Map();
  const frames = [];
  let nodes = 0;
  let moved = 0;
  let last = performance.now();
  let rolled = last;
  // A page that does not come within 20 s never will.
  while (seen.size < all && last - rolled < 20_000) {
    await frame();
    const now = performance.now();
    frames.push(now - last);
    last = now;
    for (const row of list().querySelectorAll('[data-alert]')) {
      const place = row.getAttribute('aria-posinset');
      if ((seen.get(row.dataset.alert) ?? place) !== place) moved += 1;
      seen.set(row.dataset.alert, place);
    }
    nodes = Math.max(nodes, document.getElementsByTagName('*').length);
    const before = list().scrollTop;
    list().scrollTop += step;
    if (list().scrollTop !== before) rolled = now;
  }
  return { frames, nodes, moved, rows: seen.size, places: new Set(seen.values()).size };
}

/** Frames while nothing happens: what this machine and browser give at best. */
async function rest(times) {
  const frames = [];
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    await frame();
    frames.push(performance.now() - began);
  }
  return frames;
}

/** Scrolls from the top at one pace, through what has been read. */
async function stroll(step, times) {
  list().scrollTop = 0;
  await rest(5);
  const frames = [];
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    list().scrollTop += step;
    await frame();
    frames.push(performance.now() - began);
  }
  return frames;
}

/** Throws the scroll bar to other places, and counts how often no row was there when the next frame was drawn. */
async function drag(times) {
  const frames = [];
  let blank = 0;
  for (let n = 0; n < times; n++) {
    list().scrollTop = ((n * 7_919) % 1_000) * (list().scrollHeight / 1_000);
    const began = performance.now();
    await frame();
    await frame();
    frames.push(performance.now() - began);
    const { left, top } = list().getBoundingClientRect();
    if (!document.elementFromPoint(left + 60, top + 40)?.closest('[data-alert]')) blank += 1;
  }
  return { frames, blank };
}

globalThis.longTasks = [];
new PerformanceObserver((tasks) => globalThis.longTasks.push(...tasks.getEntries().map((task) => task.duration))).observe({
  type: 'longtask',
});
Object.assign(globalThis, { ride, rest, stroll, drag });
