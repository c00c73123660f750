import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { start, type House } from '../../tools/supervisor.mjs';

/** Everything that `npm start` starts, on a folder and ports of its own; gone without a trace afterwards. */
export async function runningHouse(): Promise<{ house: House; end: () => Promise<void> }> {
  const dataDir = mkdtempSync(join('/tmp', `tsunagu-e2e-${process.pid}-`));
  chmodSync(dataDir, 0o755); // else the database of a root's run would live outside, and stay there
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const house = await start({ dataDir, ports: { api: 0 } });
    return { house, end: () => house.stop().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}
