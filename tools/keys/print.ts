/** A key as the vault tells it. */
export interface KeyLine {
  readonly id: string;
  readonly purpose: string;
  readonly usage: string;
  readonly algorithm: string;
  readonly kcv: string;
  readonly state: string;
  readonly validUntil: string | null;
  readonly createdBy: string;
}

export interface OrderLine {
  readonly id: string;
  readonly keyId: string;
  readonly operation: string;
  readonly orderedBy: string;
  readonly expiresAt: string;
}

export interface ReportAnswer {
  readonly keys: readonly KeyLine[];
  readonly orders: readonly OrderLine[];
  readonly forecast: readonly { readonly key: KeyLine; readonly daysLeft: number }[];
  readonly devices?: readonly { readonly id: string }[];
}

export function keyLine(key: KeyLine): string {
  const end = key.validUntil === null ? '-' : key.validUntil.slice(0, 10);
  return [
    key.state.padEnd(12),
    key.purpose.padEnd(10),
    key.usage,
    key.algorithm.padEnd(7),
    key.kcv.padEnd(6),
    end.padEnd(10),
    key.id,
  ].join('  ');
}

export function inventory({ keys, orders }: ReportAnswer): string {
  const waiting = orders.map(
    ({ id, operation, keyId, orderedBy, expiresAt }) =>
      `waits for a second custodian until ${expiresAt.slice(0, 16)}Z: ${operation} ${keyId}, ordered by ${orderedBy}\n  npm run keys -- approve ${id} --as NAME`,
  );
  return [...keys.map(keyLine), ...waiting].join('\n');
}

export function forecast(answer: ReportAnswer): string {
  if (answer.forecast.length === 0) return 'no cryptoperiod ends in this time';
  return answer.forecast.map(({ key, daysLeft }) => `${String(daysLeft).padStart(5)} days  ${keyLine(key)}`).join('\n');
}
