/** Patience of a person before a silent program looks dead. */
const QUIET_MS = 2_000;
const REPEAT_MS = process.stderr.isTTY ? 1_000 : 5_000;

/**
 * Run one step; whatever takes longer than two seconds shows that it is alive, and how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(0);
  let shown = false;
  const show = () => {
    shown = true;
    if (process.stderr.isTTY) process.stderr.write(`\r  ${title} … ${seconds()} s`);
    else console.error(`  ${title} … ${seconds()} s`);
  };
  const first = setTimeout(show, QUIET_MS);
  const next = setInterval(() => shown && show(), REPEAT_MS);
  try {
    return await work();
  } finally {
    clearTimeout(first);
    clearInterval(next);
    if (shown && process.stderr.isTTY) process.stderr.write('\n');
  }
}
