import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CERTIFICATION, cardOf } from './certify/certification-case.js';
import { HostPanel } from './certify/host-panel.js';
import { methodCasesOf } from './certify/method-cases.js';
import { isPassed, markdown, type Certification } from './certify/report.js';
import { runCase, type CaseResult } from './certify/run-case.js';
import { startStack } from './chaos/stack.js';
import { publicProof } from './once/proof.js';
import { failInOneLine } from './proof/fail.js';
import { SandboxFile } from './till/sandbox-file.js';
import { Till } from './till/till.js';

const HELP = `npm run certify -- --link NAME [--data DIR] [--report FILE] [--own] [--case ID]...
Runs the certification script of a link: approve, decline, time-out, late, duplicate, malformed, reversal with three lost replies,
reconnect, network management, counters, and what the counterpart's methods ask besides (increases, PIN after a tap, conversion, UnionPay).
The simulated host makes the faults, checks every message it gets, and keeps the evidence.
  --link <name>    link of the sandbox: jcb, acq or cup
  --data <dir>     data folder of the running sandbox (default .tsunagu)
  --report <file>  write FILE (Markdown) and FILE.json besides printing the Markdown
  --own            start a house of its own for the run and stop it afterwards
  --case <id>      only this case; may come several times
Scripts that stand on the simulator's panel are replaced and taken away. Exit: 0 passed, 1 not passed, 2 could not run.`;

const SCRIPT = join('apps', 'simulator', 'scripts', 'certification.yaml');

interface Wishes {
  readonly link: string;
  readonly report?: string;
  readonly cases: readonly string[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      link: { type: 'string' },
      data: { type: 'string', default: '.tsunagu' },
      report: { type: 'string' },
      own: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean' },
    },
  });
  const { link, report } = values;
  if (values.help || link === undefined) {
    process.stdout.write(`${HELP}\n`);
    return values.help ? 0 : 2;
  }
  const wishes: Wishes = { link, report, cases: values.case };
  return values.own ? ofOwnHouse(wishes) : certify(wishes, values.data);
}

async function ofOwnHouse(wishes: Wishes): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tsunagu-certify-'));
  const stack = await startStack(process.cwd(), { dataDir });
  try {
    return await certify(wishes, dataDir);
  } finally {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function certify({ link, report, cases }: Wishes, dataDir: string): Promise<number> {
  const sandbox = new SandboxFile(dataDir);
  const host = new HostPanel(sandbox.content.faults, link);
  if (!(await host.knowsLink())) throw new RangeError(`the sandbox has no link ${link}`);
  const till = new Till(sandbox, sandbox.terminal(1, 'AES-DUKPT'));
  await till.resume();
  await host.setScripts(await readFile(SCRIPT, 'utf8'));
  const startedAt = new Date().toISOString();
  const results: CaseResult[] = [];
  const script = [...methodCasesOf(link), ...CERTIFICATION]; // the counters come last
  for (const one of script.filter(({ id }) => cases.length === 0 || cases.includes(id))) {
    const result = await runCase(one, { till, host, card: cardOf(link) });
    process.stderr.write(`${result.deviations.length === 0 ? 'passed' : 'FAILED'}  ${one.id} ${one.title}\n`);
    results.push(result);
  }
  await host.setScripts('[]');
  const { agrees, lines } = await publicProof(sandbox.content);
  const endedAt = new Date().toISOString();
  const run: Certification = { link, house: sandbox.content.api, startedAt, endedAt, results, books: lines, agrees };
  await tell(run, report);
  return isPassed(run) ? 0 : 1;
}

async function tell(run: Certification, report: string | undefined): Promise<void> {
  const text = markdown(run);
  process.stdout.write(`${text}\n`);
  if (report === undefined) return;
  await writeFile(report, text);
  await writeFile(`${report}.json`, `${JSON.stringify(run, null, 2)}\n`);
}

process.exitCode = await main().catch(failInOneLine);
