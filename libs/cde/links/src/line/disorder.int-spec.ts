import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IsoMessage } from '@tsunagu/iso8583';
import { aRequest, Heard, lineOf, until } from '../testing/line-kit.js';
import { ScriptedPeer } from '../testing/scripted-peer.js';
import type { Line } from './line.js';

/** What befalls a request: of a hundred, five are answered twice, five too late, five never; one more answer is of a request nobody made. */
type Fate = 'twice' | 'late' | 'never' | 'once';
const copiesOf = (fate: Fate | undefined): number => (fate === 'once' ? 1 : fate === 'twice' ? 2 : 0);
const fateOf = (number: number): Fate =>
  (['twice', 'late', 'never'] as const)[number % 100 < 15 ? Math.floor((number % 100) / 5) : 3] ?? 'once';

describe('a line in disorder', () => {
  let peer: ScriptedPeer;
  let heard: Heard;
  let line: Line;

  beforeEach(async () => {
    peer = await ScriptedPeer.listen();
    heard = new Heard();
    const limits = { inFlight: 1_000, queue: 0, queueWaitMs: 1, perSecond: null };
    line = lineOf(peer.port, heard, { transport: { limits, connections: 2, breaker: null } });
    line.start();
    await until(() => line.connections.every(({ state }) => state === 'READY'));
  });
  afterEach(async () => {
    await line.stop(0);
    await peer.close();
  });

  it(
    'matches a thousand answers that come in any order, twice, late, never, or to nobody',
    { timeout: 30_000 },
    async () => {
      const came: IsoMessage[] = [];
      peer.onRequest = (message) => void came.push(message);
      const requests = Array.from({ length: 1_000 }, () => aRequest());
      const fates = new Map(requests.map((request, number) => [request.text(11), fateOf(number)]));
      const results = requests.map((request) => line.send(request, 2_000));
      await until(() => came.length === 1_000);
      const shuffled = came.map((message, at) => ({ message, place: (at * 617) % 1_000 }));
      shuffled.sort((one, other) => one.place - other.place);
      for (const { message, place } of shuffled) {
        for (let copy = copiesOf(fates.get(message.text(11))); copy > 0; copy -= 1) peer.answer(message);
        if (place % 100 === 0) peer.answer(aRequest());
      }
      const ends = await Promise.all(results);
      for (const [number, end] of ends.entries()) {
        const isAnswered = copiesOf(fateOf(number)) > 0;
        expect(end.kind).toBe(isAnswered ? 'answered' : 'lost');
        if (end.kind === 'answered') expect(end.message.text(11)).toBe(requests[number]?.text(11));
      }
      for (const message of came) if (fates.get(message.text(11)) === 'late') peer.answer(message);
      const count = (kind: string) => heard.strays.filter((stray) => stray === kind).length;
      await until(() => heard.strays.length === 110);
      expect([count('duplicate'), count('late'), count('unmatched')]).toEqual([50, 50, 10]);
      expect([line.inFlight, line.connections.reduce((sum, { inFlight }) => sum + inFlight, 0)]).toEqual([0, 0]);
    },
  );

  it(
    'calls again when its sign-on is refused, and takes no work before it is accepted',
    { timeout: 20_000 },
    async () => {
      await line.stop(0);
      peer.signOnAnswer = '904';
      heard = new Heard();
      line = lineOf(peer.port, heard);
      line.start();
      await until(() => peer.accepted >= 3 && peer.connections === 0); // two of the first line, and one that was refused
      expect(heard.states).not.toContain('READY');
      peer.signOnAnswer = '800';
      await until(() => line.state === 'READY');
    },
  );
});
