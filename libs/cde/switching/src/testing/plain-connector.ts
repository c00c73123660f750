import { IsoMessage } from '@tsunagu/iso8583';
import type { BuildFacts, Connector } from '@tsunagu/links';

/** For specs: the fewest words a counterpart can have. */
export const plainConnector: Connector = {
  name: 'plain',
  buildRequest: (facts) => message(facts.order.operation === 'authorize' ? '1100' : '1200', facts),
  buildAdvice: (facts, isRepeat) => message(isRepeat ? '1221' : '1220', facts),
  buildReversal: (facts, reasonCode, isRepeat) => message(isRepeat ? '1421' : '1420', facts).set(25, reasonCode),
  readAnswer(request, answer) {
    const actionCode = answer.text(39) ?? null;
    const isYes = actionCode === '000' && answer.text(4) === request.text(4);
    if (actionCode === '000' && isYes) {
      const approvedMinor = Number(answer.text(4));
      return { kind: 'approved', actionCode, approvalCode: answer.text(38) ?? null, approvedMinor, emvResponse: null };
    }
    if (actionCode?.[0] === '1') return { kind: 'declined', actionCode, emvResponse: null };
    return { kind: 'unusable', actionCode };
  },
  readAcknowledgement(_kind, answer) {
    const actionCode = answer.text(39) ?? null;
    if (['000', '400', '900', '914'].includes(actionCode ?? '')) return { kind: 'done', actionCode };
    return { kind: actionCode === '909' ? 'retry' : 'refused', actionCode };
  },
};

function message(mti: string, { order, identity, card, original }: BuildFacts): IsoMessage {
  return new IsoMessage(mti, {
    2: card.pan,
    4: String(order.amountMinor).padStart(12, '0'),
    11: identity.stan,
    12: identity.localTime,
    32: identity.acquirerId,
    37: identity.rrn,
    41: order.acceptor.terminal,
    56: original === null ? undefined : `${original.mti}${original.stan}${original.localTime}02${identity.acquirerId}`,
  });
}

/** The answer to a message, echoing what every answer echoes. */
export function answerTo(request: IsoMessage, actionCode: string): IsoMessage {
  const mti = `${request.mti.slice(0, 2)}${request.mti[2] === '0' ? '1' : '3'}0`;
  const answer = new IsoMessage(mti, { 38: actionCode === '000' ? '123456' : undefined, 39: actionCode });
  for (const echoed of [4, 11, 12, 32, 37, 41]) answer.set(echoed, request.get(echoed));
  return answer;
}
