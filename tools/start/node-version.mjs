/** Lowest version on which everything we install runs. */
const LOWEST = [20, 19];

/** @param {string} [version] as in process.versions.node @returns {string | undefined} one line with the remedy */
export function nodeVersionTrouble(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const isEnough = major > LOWEST[0] || (major === LOWEST[0] && minor >= LOWEST[1]);
  return isEnough
    ? undefined
    : `Node.js ${version} is too old: install ${LOWEST.join('.')} or newer (20, 22 or 24) from https://nodejs.org`;
}
