import { APPS, bundleApp } from './build/bundle.mjs';
import { ensureInstalled } from './start/install.mjs';
import { failInOneLine } from './start/fail.mjs';

/** `npm run build`: bundle every app whose sources changed. */
try {
  await ensureInstalled();
  for (const app of APPS) console.log(await bundleApp(app));
} catch (error) {
  failInOneLine(error);
}
