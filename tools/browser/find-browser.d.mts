/** A browser of this machine, or undefined; `CHROMIUM_PATH` names one. */
export function findBrowser(): string | undefined;
