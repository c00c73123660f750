import { accessSync, constants } from 'node:fs';

/** Where Chromium and its kin are found; `CHROMIUM_PATH` comes first. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A browser of this machine, or undefined. */
export function findBrowser() {
  return [process.env.CHROMIUM_PATH ?? '', ...PLACES].find(isProgram);
}

function isProgram(path) {
  if (path === '') return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not here
  }
}
