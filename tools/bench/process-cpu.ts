import { readFile, readdir } from 'node:fs/promises';

/** Linux counts in hundredths of a second for user space on every platform we run on. */
const TICK_MS = 10;

/**
 * CPU time of a process so far, user and system, in milliseconds.
 * @param stat content of `/proc/<pid>/stat`; the command name may itself hold blanks and brackets
 * @source proc_pid_stat(5), fields 14 and 15
 */
export function cpuMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** CPU time by name; PostgreSQL is the sum of its server processes that live now. Empty where there is no /proc. */
export async function cpuByName(pids: Readonly<Record<string, number | undefined>>): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const [name, pid] of Object.entries(pids)) {
    if (pid === undefined) continue;
    let sum = 0;
    for (const member of name === 'postgres' ? await familyOf(pid) : [pid]) sum += await cpuOf(member);
    result[name] = sum;
  }
  return result;
}

async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined ? 0 : cpuMs(stat);
}

async function familyOf(pid: number): Promise<number[]> {
  const names = await readdir('/proc').catch(() => [] as string[]);
  const family = [pid];
  for (const name of names.filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid) family.push(Number(name));
  }
  return family;
}
