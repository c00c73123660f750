import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './build/bundle.mjs';
import { failInOneLine } from './start/fail.mjs';
import { ensureInstalled } from './start/install.mjs';
import { ROOT } from './start/root.mjs';
import { runTool } from './supervisor/run-tool.mjs';

/** `npm run gen`: everything that is made from the code: the OpenAPI document, the SDK's types, one page per error, requirements with their tests. */
try {
  await ensureInstalled();
  const main = await bundle('api-openapi', 'apps/api/src/openapi.ts');
  await runTool(main, [join(ROOT, 'docs')], {});
  // Loaded here: both need the installed compiler.
  const { writeSdkTypes } = await import('./gen/sdk-types.mjs');
  await writeSdkTypes();
  const { provedRequirements, requirementPage } = await import('./check/requirements.mjs');
  const { families, proofs } = provedRequirements(ROOT);
  for (const family of families) {
    writeFileSync(join(ROOT, family.document), requirementPage(family, proofs));
  }
} catch (error) {
  failInOneLine(error);
}
