import type { Caller } from '@tsunagu/contracts';

const CALLERS: readonly Caller[] = ['api', 'worker', 'vault', 'switch', 'operator'];

/** Name of a process of the house in its certificate: the one URI among its subject alternative names. @source SPIFFE X.509-SVID §2 */
export function identityUri(trustDomain: string, caller: Caller): string {
  return `spiffe://${trustDomain}/${caller}`;
}

/**
 * Who a certificate speaks for. Its chain and dates were checked before, by TLS.
 * @param subjectAltName as Node.js prints it: `URI:spiffe://tsunagu/api, DNS:api`
 * @returns undefined when it names no process of this house, or more than one
 */
export function callerOfCertificate(subjectAltName: string | undefined, trustDomain: string): Caller | undefined {
  // Node.js quotes a value that holds a comma or a quote; a name in one of those could pretend to be a list
  if (subjectAltName === undefined || subjectAltName.includes('"')) return undefined;
  const uris = subjectAltName.split(', ').filter((name) => name.startsWith('URI:'));
  const [only] = uris;
  if (uris.length !== 1) return undefined;
  return CALLERS.find((caller) => only === `URI:${identityUri(trustDomain, caller)}`);
}
