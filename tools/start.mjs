import { nodeVersionTrouble } from './start/node-version.mjs';

/** `npm start`. Only this file and the next import run on any Node.js, so that an old one hears why. */
const trouble = nodeVersionTrouble();
if (trouble === undefined) {
  const { main } = await import('./start/cli.mjs');
  await main(process.argv.slice(2));
} else {
  console.error(`tsunagu: ${trouble}`);
  process.exitCode = 1;
}
