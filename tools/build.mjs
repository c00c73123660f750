import { APPS, bundleApp, bundleWebTill } from './build/bundle.mjs';
import { ensureInstalled } from './start/install.mjs';
import { failInOneLine } from './start/fail.mjs';

/** `npm run build`: bundle every app whose sources changed, and the page of the web till. */
try {
  await ensureInstalled();
  for (const app of APPS) console.log(await bundleApp(app));
  console.log(await bundleWebTill());
} catch (error) {
  failInOneLine(error);
}
