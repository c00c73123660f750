import { describe, expect, it } from 'vitest';
import { namedProofs, proofsIn, requirementPage, requirementTroubles, titlesIn, type Family } from './requirements.mjs';

const family = (state = 'required'): Family => ({
  title: 'Rules',
  document: 'docs/rules.md',
  source: 'a book',
  requirements: [{ id: 'A6', rule: 'Sent once | never twice', state }],
});

// Written in two pieces, so that the scanner does not take this file's examples for proofs.
const tagged = (ids: string, title: string) => `[${ids}] ${title}`;

describe('tags of tests', () => {
  it('are read from titles of tests and groups, in tables and templates too', () => {
    const source = [
      `describe('${tagged('A6, CC-17', 'a group')}', () => {`,
      `  it.each([1])('%s ${tagged('A7', 'a table')}', () => undefined);`,
      '  it(`' + tagged('B1', 'a template') + ' ${kind}`, () => undefined);',
      `  it.runIf(true)('${tagged('G9', 'where it can run')}', () => undefined);`,
      '});',
    ].join('\n');
    expect(proofsIn('x.spec.ts', source).map(({ id, title }) => `${id} ${title}`)).toEqual([
      'A6 a group',
      'CC-17 a group',
      'A7 a group › %s  a table',
      'B1 a group › a template …',
      'G9 a group › where it can run',
    ]);
  });

  it('do not count in a test that does not run, in a comment or in another text', () => {
    const source = [
      `it.skip('${tagged('A6', 'later')}', () => undefined);`,
      `describe.skip('later', () => { it('${tagged('A6', 'inside')}', () => undefined); });`,
      `it.todo('${tagged('A6', 'later')}');`,
      `// it('${tagged('A6', 'gone')}')`,
      `expect('${tagged('A6', 'a text')}').toBe(1);`,
    ].join('\n');
    expect(proofsIn('x.spec.ts', source)).toEqual([]);
  });
});

describe('the table of requirements', () => {
  it('misses the test of a required line, and only of a required one', () => {
    expect(requirementTroubles([family()], [])).toEqual(['A6 is required, and no test carries [A6]']);
    expect(requirementTroubles([family('later: issue 9')], [])).toEqual([]);
    expect(requirementTroubles([family()], [{ id: 'A6', title: 't', file: 'f' }])).toEqual([]);
  });

  it('refuses unknown ids, unknown states and an id that is listed twice', () => {
    const proofs = [{ id: 'Z1', title: 't', file: 'f' }];
    const troubles = requirementTroubles([family('soon'), family('later: issue 9')], proofs);
    expect(troubles).toHaveLength(3);
    expect(troubles.join('\n')).toMatch(/state "soon"[\s\S]*listed twice[\s\S]*carries \[Z1\]/);
  });

  it('shows each rule with the tests that prove it', () => {
    const page = requirementPage(family(), [{ id: 'A6', title: 'sends once', file: 'libs/x.spec.ts' }]);
    expect(page).toContain('| A6 | Sent once \\| never twice | required | [sends once](../libs/x.spec.ts) |');
    expect(requirementPage(family(), [])).toContain('| required | – |');
  });
});

describe('tests that a requirement names', () => {
  const SPEC = `describe('a lane [A4]', () => { it('waits for nobody [A6]', () => {}); it.skip('sleeps', () => {}); });`;
  const naming = (test: string, file = 'libs/x.spec.ts'): Family => ({
    title: 't',
    document: 'd',
    source: 's',
    requirements: [{ id: 'PF-01', rule: 'r', state: 'required', provedBy: [{ file, test }] }],
  });
  const read = (file: string) => (file === 'libs/x.spec.ts' ? SPEC : undefined);

  it('are known by their titles without tags, when they run', () => {
    expect(titlesIn(SPEC)).toEqual(['a lane', 'a lane › waits for nobody']);
  });

  it('prove it while they are there', () => {
    const { proofs, troubles } = namedProofs([naming('waits for nobody')], read);
    expect(proofs).toEqual([{ id: 'PF-01', title: 'a lane › waits for nobody', file: 'libs/x.spec.ts' }]);
    expect(troubles).toEqual([]);
    expect(requirementTroubles([naming('')], proofs)).toEqual([]);
  });

  it.each([naming('sleeps'), naming('was renamed'), naming('waits for nobody', 'libs/gone.spec.ts')])(
    'are missed when they vanish, sleep or move',
    (family) => {
      const { proofs, troubles } = namedProofs([family], read);
      expect(troubles).toEqual([expect.stringContaining('PF-01 is proved by')]);
      expect(requirementTroubles([family], proofs)).toEqual(['PF-01 is required, and no test carries [PF-01]']);
    },
  );
});
