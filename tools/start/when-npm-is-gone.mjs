/**
 * Call once when the npm that started this process has ended. npm does not hand on the signal that ends it: without this,
 * whoever ends `npm start` by its process id leaves a house behind. A start without npm is not watched.
 * @param {() => void} stop
 */
export function whenNpmIsGone(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 500).unref();
}
