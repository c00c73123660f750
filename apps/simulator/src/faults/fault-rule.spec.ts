import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SIMULATED_LINKS } from '../simulator.js';
import { FaultPanel } from './fault-panel.js';
import { FAULT_KINDS } from './fault-rule.js';

interface Document {
  readonly components: {
    readonly schemas: Record<string, { properties: Record<string, { enum?: readonly string[] }> }>;
  };
}

it('has the same words as the test desk of the API, and the same connectors', () => {
  const file = join(import.meta.dirname, '../../../../docs/openapi.json');
  const { components } = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const { kind, connector } = components.schemas['ArmFaultRequest']?.properties ?? {};
  expect(kind?.enum).toEqual([...FAULT_KINDS]);
  expect(connector?.enum).toEqual([...SIMULATED_LINKS]);
});

it('arms one rule beside others, and forgets those that have struck as often as they may', () => {
  const panel = new FaultPanel();
  const rule = { link: 'jcb', kind: 'lose_reply', probability: 1, next: 1 } as const;
  panel.add(rule);
  panel.add({ ...rule, kind: 'delay', next: 2 });
  const drawn = ['1200', '1804', '1200', '1200', '1200'].map((mti) => panel.draw(['jcb'], mti)?.kind);
  expect(drawn).toEqual(['lose_reply', undefined, 'delay', 'delay', undefined]);
  panel.add(rule);
  expect(panel.state.faults).toEqual([rule]);
});
