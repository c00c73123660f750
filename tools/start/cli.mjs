import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { failInOneLine } from './fail.mjs';
import { ensureInstalled } from './install.mjs';
import { HELP, readOptions } from './options.mjs';
import { step } from './progress.mjs';
import { ROOT } from './root.mjs';
import { whenNpmIsGone } from './when-npm-is-gone.mjs';

/** The command line of `npm start`. @param {string[]} args */
export async function main(args) {
  try {
    const options = readOptions(args);
    if (options.help) return console.log(HELP);
    await ensureInstalled();
    await run({ ...options, dataDir: resolve(ROOT, options.data) });
  } catch (error) {
    failInOneLine(error);
  }
}

async function run(options) {
  // These need what was just installed.
  const { start } = await import('../supervisor.mjs');
  const { reset } = await import('./reset.mjs');
  const stop = stopOnSignals();
  if (options.reset) await step('forgetting all data', () => reset(options.dataDir, process.env.DATABASE_URL));
  const starting = start({
    dataDir: options.dataDir,
    ports: options.port === undefined ? {} : { api: options.port },
    switches: options.switches,
    databaseUrl: process.env.DATABASE_URL || undefined,
    redisUrl: process.env.REDIS_URL || undefined,
    say: (line) => console.log(`  ${line}`),
    onHouse: (house) => stop.watch(house),
  });
  const house = await starting.catch((error) => {
    if (stop.wasAsked()) return undefined;
    throw error;
  });
  if (house === undefined) return;
  console.log(readyLine(house));
  if (options.once) await once(house);
}

function readyLine(house) {
  const { urls } = house;
  return `tsunagu ready · api ${urls.api} · docs ${urls.api}/docs · web till ${urls.webTill} · simulator ${urls.simulator} · sandbox ${house.sandboxFile}`;
}

async function once(house) {
  const { bundleTool } = await import('../build/bundle.mjs');
  const main = await bundleTool('once');
  const code = await new Promise((done) => {
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      cwd: ROOT,
      env: { ...process.env, SANDBOX_FILE: house.sandboxFile, BOOKS_URL: house.databaseUrl('tsunagu_owner') },
      stdio: 'inherit',
    });
    child.once('exit', (exitCode) => done(exitCode ?? 1));
  });
  await house.stop();
  process.exitCode = code;
}

/** First signal: stop in order. Second: no more patience. */
function stopOnSignals() {
  let house;
  let asked = 0;
  const onSignal = () => {
    asked += 1;
    if (asked > 1) return house?.killAll();
    console.log('\n  stopping');
    void house?.stop().then(() => console.log('  stopped'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  whenNpmIsGone(onSignal);
  return {
    wasAsked: () => asked > 0,
    watch: (started) => {
      house = started;
      if (asked > 0) void house.stop();
    },
  };
}
