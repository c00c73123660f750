import type { Verdict } from './family.js';
import type { ConformanceTarget } from './target.js';
import { VectorCase } from './vector-case.js';
import { recognises, type NamedCase, type VectorFile } from './vector-file.js';

/** One case that did not pass: why, in words without values. */
export interface FailedCase {
  readonly family: string;
  readonly id: string;
  readonly reason: string;
}

/** Counts of one family over all of its files. */
export interface FamilyResult {
  readonly family: string;
  readonly passed: number;
  readonly failed: readonly FailedCase[];
  readonly notSupported: number;
}

/** Run every case of every file; files of one family are counted together. */
export async function runVectors(files: readonly VectorFile[], target: ConformanceTarget): Promise<FamilyResult[]> {
  const results = new Map<string, FamilyResult>();
  for (const file of files) {
    const name = file.family.name;
    const known = results.get(name) ?? { family: name, passed: 0, failed: [], notSupported: 0 };
    results.set(name, await runFile(file, target, known));
  }
  return [...results.values()];
}

async function runFile(file: VectorFile, target: ConformanceTarget, before: FamilyResult): Promise<FamilyResult> {
  let { passed, notSupported } = before;
  const failed = [...before.failed];
  for (const one of file.cases) {
    const outcome = await outcomeOf(file, one, target);
    if (outcome === 'passed') passed += 1;
    else if (outcome === 'not supported') notSupported += 1;
    else failed.push({ family: file.family.name, id: one.id, reason: outcome.reason });
  }
  return { family: before.family, passed, failed, notSupported };
}

async function outcomeOf(
  { family }: VectorFile,
  { value }: NamedCase,
  target: ConformanceTarget,
): Promise<Verdict | { reason: string }> {
  try {
    const one = VectorCase.of(value);
    if (!recognises(family, value)) return { reason: 'has not the members of its family' };
    const verdict = await family.run(one, target);
    const unread = one.unread();
    return unread.length === 0 ? verdict : { reason: `holds members that are not known: ${unread.join(', ')}` };
  } catch (error) {
    // whatever a case throws fails this case alone; messages of this house never hold values
    return {
      reason: error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : 'fault',
    };
  }
}

/** Lines of a report: one a family, one a failed case below it. */
export function report(results: readonly FamilyResult[], provider: string): string[] {
  return results.flatMap(({ family, passed, failed, notSupported }) => [
    `${family}: ${passed} passed, ${failed.length} failed, ${notSupported} not supported by ${provider}`,
    ...failed.map(({ id, reason }) => `  failed ${id}: ${reason}`),
  ]);
}
