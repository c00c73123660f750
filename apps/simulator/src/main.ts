import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SIMULATED_LINKS, startSimulator } from './simulator.js';
import { WebTillServer } from './web-till/web-till-server.js';

/** @throws Error names the variable, never its value */
function portFrom(name: string): number {
  const port = Number(process.env[name]);
  if (!/^\d{1,5}$/.test(process.env[name] ?? '') || port > 65_535) throw new Error(`${name} must be a port number`);
  return port;
}

function millisecondsFrom(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,7}$/.test(text)) throw new Error(`${name} must be milliseconds`);
  return Number(text);
}

/** Scripts of a file, or of all `.yaml` files of a folder in the order of their names. */
function scriptsFrom(path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  const files = readdirSync(path).filter((name) => name.endsWith('.yaml'));
  const scripts = files.sort().flatMap((name) => parse(readFileSync(join(path, name), 'utf8')) as unknown);
  return JSON.stringify(scripts);
}

function standbyPorts(): Record<string, number> {
  const names = SIMULATED_LINKS.map((link) => [link, `SIM_${link.toUpperCase()}_STANDBY_PORT`] as const);
  return Object.fromEntries(
    names.filter(([, name]) => process.env[name] !== undefined).map(([link, name]) => [link, portFrom(name)]),
  );
}

/** The till in the browser stands beside the hosts when it is told its port. @returns its URL */
async function webTill(): Promise<{ url?: string; close: () => Promise<void> }> {
  if (process.env['WEB_TILL_PORT'] === undefined) return { close: async () => undefined };
  const [apiUrl, sandboxFile] = ['WEB_TILL_API_URL', 'SANDBOX_FILE'].map((name) => {
    if (process.env[name] === undefined) throw new Error(`${name} must be set beside WEB_TILL_PORT`);
    return process.env[name];
  }) as [string, string];
  const pageDir = join(import.meta.dirname, '..', 'web-till'); // beside this bundle
  const server = new WebTillServer({ apiUrl, sandboxFile, pageDir });
  return { url: await server.listen(portFrom('WEB_TILL_PORT')), close: () => server.close() };
}

async function main(): Promise<void> {
  const directory = process.env['SIM_DIR'];
  if (directory === undefined || directory === '') throw new Error('SIM_DIR must name the folder of the ledgers');
  const hostPorts = SIMULATED_LINKS.map((link) => [link, portFrom(`SIM_${link.toUpperCase()}_PORT`)] as const);
  const direct: Record<string, number> =
    process.env['SIM_CUP_DIRECT_PORT'] === undefined ? {} : { 'cup-direct': portFrom('SIM_CUP_DIRECT_PORT') };
  const late = {
    lateYesMs: millisecondsFrom('SIM_LATE_YES_MS'),
    afterTimeoutMs: millisecondsFrom('SIM_AFTER_TIMEOUT_MS'),
  };
  const starting = startSimulator({
    httpPort: portFrom('PORT'),
    hostPorts: { ...Object.fromEntries(hostPorts), ...direct },
    standbyPorts: standbyPorts(),
    scripts: scriptsFrom(process.env['SIM_SCRIPTS']),
    directory,
    sandboxFile: process.env['SANDBOX_FILE'],
    timings: Object.fromEntries(Object.entries(late).filter(([, value]) => value !== undefined)),
  });
  const tillStarting = webTill();
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void Promise.all([tillStarting.then((till) => till.close()), starting.then((simulator) => simulator.stop())]).then(
      () => process.exit(0),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  if (process.connected) process.once('disconnect', stop);
  const [{ url, ports }, till] = await Promise.all([starting, tillStarting]);
  say('simulator ready', { url, ...ports, ...(till.url === undefined ? {} : { webTill: till.url }) });
}

function say(message: string, facts: Record<string, unknown>): void {
  process.stdout.write(
    `${JSON.stringify({ level: 'info', time: new Date().toISOString(), app: 'simulator', message, ...facts })}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : 'failed to start'}\n`);
  process.exit(1); // hosts that did start must not keep a half simulator alive
});
