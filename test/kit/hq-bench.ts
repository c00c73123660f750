import { HqServer, type HqCardInput, type HqLane } from '@tsunagu/simulator';
import { TEST_CARDS, type TestCard } from '@tsunagu/simulator';
import { CardReader } from '../../tools/till/card-reader.js';
import type { SandboxHqLink } from '../../tools/till/sandbox-file.js';

/** A merchant's payment server with the readers of its lanes, for tests against a running house. */
export class HqBench {
  readonly server: HqServer;
  readonly #counters = new Map<string, number>();

  constructor(private readonly link: SandboxHqLink) {
    this.server = new HqServer({ host: link.host, port: link.port }, link.institution);
  }

  /** @param lane 0: AES keys, 1: TDES keys */
  lane(lane = 0): HqLane {
    const { terminal, merchant } = this.link.terminals[lane]!;
    return { institution: this.link.institution, terminal, merchant };
  }

  card(
    amountMinor: number,
    { card = 'jcb', entry = 'contactless' as const, lane = 0, pin = undefined as string | undefined } = {},
  ): HqCardInput {
    const terminal = this.link.terminals[lane]!;
    const counter = this.#counters.get(terminal.id) ?? 1;
    const presented = new CardReader(terminal).present(counter, { card: cardOf(card), entry, amountMinor, pin });
    this.#counters.set(terminal.id, presented.nextCounter);
    return presented.cardPresent;
  }

  clear(card = 'jcb'): HqCardInput {
    return { clear: cardOf(card), entry_mode: 'chip' };
  }
}

function cardOf(name: string): TestCard {
  const card = TEST_CARDS[name];
  if (card === undefined) throw new Error(`there is no test card ${name}`);
  return card;
}
