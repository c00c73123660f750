import { INTAKE_ROUTES, INTERNAL_ROUTES, SWITCH_ROUTES } from '@tsunagu/contracts';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const CHART = join(import.meta.dirname, '../../deploy/helm/tsunagu');
const COMPONENT = 'app.kubernetes.io/component';

interface Peer {
  readonly podSelector?: { readonly matchLabels: Record<string, string> };
  readonly namespaceSelector?: { readonly matchLabels: Record<string, string> };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol: string }[];
}

interface Policy {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Record<string, string> };
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

type Values = Record<string, unknown>;

function valueAt(values: Values, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Values | undefined)?.[name], values);
}

function textAt(values: Values, path: string): string | undefined {
  const value = valueAt(values, path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** Plain values and ranges of Helm's language, which is all that this template may use; anything else is left and fails the reading. */
function render(template: string, values: Values): string {
  return template
    .replaceAll(/\{\{- \/\*[\s\S]*?\*\/\}\}\n/g, '')
    .replaceAll(/\{\{- range \.Values\.([\w.]+) \}\}([\s\S]*?)\n\{\{- end \}\}/g, (_all, path: string, body: string) =>
      (valueAt(values, path) as string[]).map((one) => body.replaceAll('{{ . }}', one)).join(''),
    )
    .replaceAll('{{ .Release.Name }}', 'tsunagu')
    .replaceAll(/\{\{ \$?\.Values\.([\w.]+) \}\}/g, (all, path: string) => textAt(values, path) ?? all);
}

function renderedByHelm(): string | undefined {
  try {
    const template = ['template', 'tsunagu', CHART, '--show-only', 'templates/network-policy.yaml'];
    return execFileSync('helm', template, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined; // helm is no part of this repository: our own reading is the test, helm confirms it where it is
  }
}

let values: Values;
let policies: Map<string, Policy>;

beforeAll(() => {
  values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Values;
  const text = render(readFileSync(join(CHART, 'templates/network-policy.yaml'), 'utf8'), values);
  expect(text, 'directives that this reading does not know').not.toContain('{{');
  policies = read(text);
});

function read(text: string): Map<string, Policy> {
  const documents = parseAllDocuments(text).map((one) => one.toJSON() as Policy);
  return new Map(documents.map((policy) => [policy.metadata.name, policy]));
}

const of = (app: string): Policy['spec'] => policies.get(`tsunagu-${app}`)!.spec;
const portOf = (app: string, name = 'port') => (values[app] as Record<string, number>)[name]!;

/** Components that may connect to a port of this one. */
function callersOf(app: string, name = 'port'): string[] {
  const rules = (of(app).ingress ?? []).filter(({ ports }) => ports?.some(({ port }) => port === portOf(app, name)));
  return rules.flatMap(({ from }) => (from ?? []).map((peer) => peer.podSelector?.matchLabels[COMPONENT] ?? 'anybody'));
}

/** Whose door a path is: the switch's, the api's, or else the vault's. */
function ownerOf(path: string): string {
  if (Object.values<string>(SWITCH_ROUTES).includes(path)) return 'switch';
  return Object.values<string>(INTAKE_ROUTES).includes(path) ? 'api' : 'vault';
}

function callersInContract(app: 'vault' | 'switch' | 'api'): string[] {
  const doors = Object.entries(INTERNAL_ROUTES).filter(([path]) => ownerOf(path) === app);
  return [...new Set(doors.flatMap(([, callers]) => callers))];
}

describe('the network of the house', () => {
  it('is closed to everything that no policy opens', () => {
    const { podSelector, policyTypes, ingress, egress } = of('deny');
    expect(Object.keys(podSelector.matchLabels)).toEqual(['app.kubernetes.io/instance']);
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    expect([ingress, egress]).toEqual([undefined, undefined]);
    for (const app of ['api', 'worker', 'vault', 'switch']) expect(of(app).policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('lets vault and switch be asked by exactly those who have a door there [C13, CC-23]', () => {
    expect(callersOf('vault').sort()).toEqual(callersInContract('vault').sort());
    expect(callersOf('switch').sort()).toEqual(callersInContract('switch').sort());
  });

  it('lets the switch and operators alone use the door that the api has inside the house, and nobody but head offices its lines', () => {
    expect(callersOf('api', 'internalPort')).toEqual(callersInContract('api'));
    const lines = (of('switch').ingress ?? []).filter(({ ports }) =>
      ports?.some(({ port }) => port === portOf('switch', 'hqPort')),
    );
    const { headOffices } = values['network'] as { headOffices: string[] };
    expect(lines.flatMap(({ from }) => from ?? []).map(({ ipBlock }) => ipBlock?.cidr)).toEqual(headOffices);
  });

  it('gives vault and switch no way to the internet: database, HSM, card companies, and nothing wide [C13, CC-23, K4]', () => {
    for (const app of ['vault', 'switch']) {
      for (const { to } of of(app).egress ?? []) {
        expect(to?.length, app).toBeGreaterThan(0); // a rule without peers is the whole world
        for (const { ipBlock } of to ?? []) {
          if (ipBlock === undefined) continue;
          expect(Number(ipBlock.cidr.split('/')[1]), `${app} ${ipBlock.cidr}`).toBeGreaterThanOrEqual(16);
        }
      }
    }
  });

  it('gives nobody but vault and switch a way to the HSM [CC-23]', () => {
    const { cidr } = (values['network'] as Record<string, { cidr: string }>)['hsm']!;
    const reaches = (app: string) =>
      (of(app).egress ?? []).some(({ to }) => to?.some(({ ipBlock }) => ipBlock?.cidr === cidr));
    expect(['api', 'worker', 'vault', 'switch'].filter(reaches)).toEqual(['vault', 'switch']);
    const world = (of('worker').egress ?? [])
      .flatMap(({ to }) => to ?? [])
      .find((peer) => peer.ipBlock?.cidr === '0.0.0.0/0');
    expect(world?.ipBlock?.except).toContain('10.0.0.0/8');
  });

  it('shows health and metrics of the card zone to the cluster’s own monitoring alone [K5]', () => {
    for (const app of ['vault', 'switch']) {
      const rules = (of(app).ingress ?? []).filter(({ ports }) =>
        ports?.some(({ port }) => port === portOf(app, 'adminPort')),
      );
      const peers = rules.flatMap(({ from }) => from ?? []);
      expect(peers.map(({ namespaceSelector }) => Object.values(namespaceSelector?.matchLabels ?? {}))).toEqual([
        ['monitoring'],
      ]);
    }
  });

  it('reads as Helm itself renders it, where Helm is installed', () => {
    const text = renderedByHelm();
    if (text !== undefined) expect([...read(text)]).toEqual([...policies]);
    expect(policies.size).toBe(5);
  });
});

describe('the pods of the card zone', () => {
  const helpers = readFileSync(join(CHART, 'templates/_helpers.tpl'), 'utf8');

  it('leave no core dump, run as nobody on a file system that nobody writes [C9, K4]', () => {
    expect(helpers).toContain('args: ["prlimit", "--core=0", "node"');
    for (const wall of [
      'runAsNonRoot: true',
      'readOnlyRootFilesystem: true',
      'capabilities: { drop: [ALL] }',
      'RuntimeDefault',
    ])
      expect(helpers).toContain(wall);
  });

  it('speak TLS with a certificate of their own, and know no secret of a start [CC-27]', () => {
    expect(helpers).toContain('mountPath: /etc/tsunagu-tls');
    expect(helpers).toMatch(/VAULT_URL, value: "https:/);
    expect(helpers).not.toContain('INTERNAL_SECRET');
  });
});
