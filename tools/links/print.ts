import type { LinkView } from '@tsunagu/contracts';

const HEAD = ['link', 'state', 'host', 'circuit', 'in flight', 'waiting', 'owed', 'errors', '¥ at risk'];

/** A table, one line a link. */
export function listText(links: readonly LinkView[]): string {
  const rows = links.map((one) => [
    one.link,
    one.leads ? one.state : 'led by another switch',
    one.endpoint,
    one.circuit,
    ...[one.in_flight, one.queued, one.saf_pending, one.saf_errors, one.yen_at_risk].map(String),
  ]);
  const widths = HEAD.map((word, at) => Math.max(word.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const table = [HEAD, ...rows].map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
  return [...table, ...links.flatMap(outageLines)].join('\n');
}

/** Issuers that are away: their shops see declines that are worth no second card. */
function outageLines({ outages = [] }: LinkView): string[] {
  return outages.map(
    ({ issuer, since, answers, share_percent }) =>
      `! issuer away: ${issuer}, ${share_percent} % of the last ${answers} answers, since ${since}`,
  );
}

/** One link with its connections. */
export function linkText(one: LinkView): string {
  const oldest = one.oldest_seconds === null ? '' : `, the oldest for ${one.oldest_seconds} s`;
  return [
    `${one.link}: ${one.leads ? one.state : 'led by another switch'}, at ${one.endpoint}, circuit ${one.circuit}`,
    `  in flight ${one.in_flight}, waiting for a place ${one.queued}`,
    `  owed to the counterpart ${one.saf_pending}${oldest}; on the error list ${one.saf_errors}; ¥ at risk ${one.yen_at_risk}`,
    ...outageLines(one).map((line) => `  ${line}`),
    ...one.connections.map((each) => `  connection ${each.number}: ${each.state}, in flight ${each.in_flight}`),
  ].join('\n');
}
