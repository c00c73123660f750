import { join } from 'node:path';
import { bundle } from './build/bundle.mjs';
import { failInOneLine } from './start/fail.mjs';
import { ensureInstalled } from './start/install.mjs';
import { ROOT } from './start/root.mjs';
import { runTool } from './supervisor/run-tool.mjs';

/** `npm run gen`: everything that is made from the code: the OpenAPI document and one page per error. */
try {
  await ensureInstalled();
  const main = await bundle('api-openapi', 'apps/api/src/openapi.ts');
  await runTool(main, [join(ROOT, 'docs')], {});
} catch (error) {
  failInOneLine(error);
}
