import { DUKPT_PROFILES, TerminalDukpt, type DukptProfile } from '@tsunagu/hsm';

/** A terminal of `.tsunagu/sandbox.json`. */
export interface SandboxTerminal {
  readonly id: string;
  readonly api_key: string;
  readonly profile: string;
  readonly scheme: 'AES-DUKPT' | 'TDES-DUKPT';
  readonly initial_key: string;
  readonly initial_key_id: string;
  readonly next_counter: number;
}

/** A published test card as the virtual reader holds it. */
export interface TestCard {
  readonly pan: string;
  readonly expiry: string;
}

/** Published numbers, one per issuer host of the simulator. */
export const CHAOS_CARDS: readonly TestCard[] = [
  { pan: '3530111333300000', expiry: '3012' },
  { pan: '4111111111111111', expiry: '3012' },
  { pan: '5555555555554444', expiry: '3012' },
];

/** `card_present` of the API. */
export interface EncryptedPresentation {
  readonly format: 'dukpt_aes' | 'dukpt_tdes';
  readonly ksn: string;
  readonly iv?: string;
  readonly ciphertext: string;
  readonly mac?: string;
  readonly entry_mode: 'contactless' | 'chip' | 'stripe';
}

/** One reader: every presentation takes a counter of its own, and no counter is used twice. */
export class SimulatedReader {
  readonly #dukpt: TerminalDukpt;
  readonly #profile: DukptProfile;
  #counter: number;

  constructor(readonly terminal: SandboxTerminal) {
    this.#profile = profileOf(terminal);
    this.#dukpt = new TerminalDukpt(
      this.#profile,
      Buffer.from(terminal.initial_key, 'hex'),
      terminal.initial_key_id.toUpperCase(),
    );
    this.#counter = terminal.next_counter;
  }

  present(card: TestCard): EncryptedPresentation {
    const { nextCounter, ...payload } = this.#dukpt.encryptCard(this.#counter, contentOf(this.#profile, card));
    if (nextCounter === null) throw new Error('the simulated reader has used up its key');
    this.#counter = nextCounter;
    const isAes = this.terminal.scheme === 'AES-DUKPT';
    return { format: isAes ? 'dukpt_aes' : 'dukpt_tdes', ...payload, entry_mode: isAes ? 'contactless' : 'stripe' };
  }
}

function profileOf(terminal: SandboxTerminal): DukptProfile {
  const profile = Object.entries(DUKPT_PROFILES).find(([name]) => name === terminal.profile)?.[1];
  if (profile === undefined) throw new Error(`the sandbox names an unknown device profile: ${terminal.profile}`);
  return profile;
}

/** Track 2 with sentinels, or tags 57, 5A, 5F24, 5F34 as a contactless kernel hands them over. */
function contentOf(profile: DukptProfile, card: TestCard): Buffer {
  if (profile.content === 'TRACK2_ASCII') return Buffer.from(`;${card.pan}=${card.expiry}2011000012345678?`, 'latin1');
  const track = `${card.pan}D${card.expiry}2011000012345F`;
  const even = track.length % 2 === 0 ? track : track.slice(0, -1);
  const pan = card.pan.length % 2 === 0 ? card.pan : `${card.pan}F`;
  return Buffer.concat([tag('57', even), tag('5A', pan), tag('5F24', `${card.expiry}31`), tag('5F34', '01')]);
}

function tag(name: string, valueHex: string): Buffer {
  const value = Buffer.from(valueHex, 'hex');
  return Buffer.concat([Buffer.from(name, 'hex'), Buffer.from([value.length]), value]);
}
