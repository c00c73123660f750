import { IsoMessage, responseMti } from '@tsunagu/iso8583';

/** Function codes of network management that a link speaks. @source reference/iso8583-1993.md §8 */
export const NETWORK_FUNCTION = {
  signOn: '801',
  signOff: '802',
  targetUnavailable: '803',
  inBackup: '804',
  specialInstruction: '805',
  alternateRouting: '806',
  keyChange: '811',
  securityAlert: '812',
  cutover: '821',
  echo: '831',
} as const;
export const NETWORK_ACCEPTED = '800';

/** Field 7: MMDDhhmmss, UTC. */
export function transmissionTime(at: Date): string {
  return at.toISOString().slice(5, 19).replace(/[-T:]/g, '');
}

/** Field 12: YYMMDDhhmmss, Japan time. */
export function localTime(at: Date): string {
  const japan = new Date(at.getTime() + 9 * 3_600_000);
  return japan.toISOString().slice(2, 19).replace(/[-T:]/g, '');
}

export function networkRequest(
  functionCode: string,
  facts: { at: Date; stan: string; forwardingId: string },
): IsoMessage {
  return new IsoMessage('1804', {
    7: transmissionTime(facts.at),
    11: facts.stan,
    12: localTime(facts.at),
    24: functionCode,
    33: facts.forwardingId,
  });
}

export function networkAnswer(request: IsoMessage, at: Date, actionCode: string = NETWORK_ACCEPTED): IsoMessage {
  const answer = new IsoMessage(responseMti(request.mti), { 7: transmissionTime(at), 39: actionCode });
  for (const echoed of [11, 12, 24, 33, 59]) answer.set(echoed, request.get(echoed));
  return answer;
}
