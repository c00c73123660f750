import { IsoMessage, responseMti } from '@tsunagu/iso8583';
import {
  isoDate,
  wireDate,
  type BuildFacts,
  type Connector,
  type ReconciliationFacts,
  type Totals,
} from '@tsunagu/links';
import { totalsFromJson, totalsToJson, type TotalsJson } from '../reconciliation/totals.js';

/** For specs: the fewest words a counterpart can have. */
export const plainConnector: Connector = {
  name: 'plain',
  buildRequest: (facts) => message(['authorize', 'increase'].includes(facts.order.operation) ? '1100' : '1200', facts),
  buildAdvice: (facts, isRepeat) => message(isRepeat ? '1221' : '1220', facts),
  buildReversal: (facts, reasonCode, isRepeat) => message(isRepeat ? '1421' : '1420', facts).set(25, reasonCode),
  readAnswer(request, answer) {
    const actionCode = answer.text(39) ?? null;
    const isYes = actionCode === '000' && answer.text(4) === request.text(4);
    if (actionCode === '000' && isYes) {
      const approvedMinor = Number(answer.text(4));
      return { kind: 'approved', actionCode, approvalCode: answer.text(38) ?? null, approvedMinor, emvResponse: null };
    }
    if (actionCode?.[0] === '1') {
      const words = { issuerMessage: answer.text(48) ?? null, domesticCode: answer.text(44) ?? null };
      return { kind: 'declined', actionCode, emvResponse: null, ...words };
    }
    return { kind: 'unusable', actionCode };
  },
  readAcknowledgement(kind, answer) {
    const actionCode = answer.text(39) ?? null;
    if (kind === 'cancel' && actionCode?.[0] === '1') return { kind: 'declined', actionCode };
    if (['000', '400', '900', '914'].includes(actionCode ?? '')) return { kind: 'done', actionCode };
    return { kind: actionCode === '909' ? 'retry' : 'refused', actionCode };
  },
};

/** The same with counters: field 72 holds them as JSON, so that a spec can read them. */
export const countingConnector: Connector = {
  ...plainConnector,
  reconciliation: {
    buildFinal: (facts, isRepeat) => sheet(isRepeat ? '1521' : '1520', '500', facts),
    buildInquiry: (facts, checkpoint) =>
      sheet('1500', checkpoint === null ? '504' : '501', facts).set(29, checkpoint?.toString()),
    readAnswer(answer) {
      const actionCode = answer.text(39) ?? null;
      const kind = ({ 500: 'balanced', 501: 'differs', 503: 'later', 504: 'differs', 909: 'retry' } as const)[
        actionCode ?? ''
      ];
      return { kind: kind ?? 'refused', actionCode, totals: totalsIn(answer) };
    },
    readSheet(message) {
      const [businessDate, totals] = [isoDate(message.text(28)), totalsIn(message)];
      const isSheet = message.mti.startsWith('15') && businessDate !== undefined && totals !== null;
      return isSheet ? { businessDate, currency: 'JPY', totals } : undefined;
    },
    answerSheet(request, { actionCode, totals }) {
      const answer = new IsoMessage(responseMti(request.mti), { 39: actionCode });
      return totals === null ? answer : answer.set(72, JSON.stringify(totalsToJson(totals)));
    },
  },
};

function sheet(mti: string, functionCode: string, facts: ReconciliationFacts): IsoMessage {
  return new IsoMessage(mti, {
    11: facts.stan,
    12: facts.localTime,
    24: functionCode,
    28: wireDate(facts.businessDate),
    32: facts.acquirerId,
    72: JSON.stringify(totalsToJson(facts.totals)),
  });
}

function totalsIn(message: IsoMessage): Totals | null {
  const text = message.text(72);
  return text === undefined ? null : totalsFromJson(JSON.parse(text) as TotalsJson);
}

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
