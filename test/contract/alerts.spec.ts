import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

function rules(): Rule[] {
  const template = readFileSync(join(ROOT, 'deploy/helm/tsunagu/templates/alerts.yaml'), 'utf8');
  const text = template.replaceAll(/^\{\{-.*\}\}$/gm, '').replaceAll('{{ .Release.Name }}', 'tsunagu');
  const { spec } = parse(text) as { spec: { groups: { rules: Rule[] }[] } };
  return spec.groups.flatMap((group) => group.rules);
}

/** Names of metrics as the code writes them. */
function metricsInCode(): Set<string> {
  const files = ['apps', 'libs'].flatMap((home) =>
    readdirSync(join(ROOT, home), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts') && !name.includes('node_modules'))
      .map((name) => join(ROOT, home, name)),
  );
  return new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/tsunagu_[a-z_]+/g) ?? []));
}

describe('alerts of the card zone', () => {
  it('watch failures, decryptions without a payment, and each device [C14]', () => {
    const text = rules()
      .map(({ alert, expr }) => `${alert} ${expr}`)
      .join('\n');
    expect(text).toMatch(/CardsFailToOpen .*tsunagu_vault_opens_total/);
    expect(text).toMatch(/CardsOpenedWithoutPayment .*tsunagu_vault_opens_total.*tsunagu_switch_sad_opened_total/);
    expect(text).toMatch(/DeviceOutOfTheOrdinary .*tsunagu_vault_device_alarms_total/);
  });

  it('ask for metrics that the code has, and tell what is wrong', () => {
    const known = metricsInCode();
    for (const { alert, expr, labels, annotations } of rules()) {
      const names = expr.match(/tsunagu_[a-z_]+/g) ?? [];
      expect(names.length, alert).toBeGreaterThan(0);
      expect(
        names.filter((name) => !known.has(name)),
        alert,
      ).toEqual([]);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(20);
    }
  });
});
