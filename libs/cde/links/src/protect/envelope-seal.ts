import type { Clock } from '@tsunagu/kernel';
import type { EnvelopeKey } from '../envelope/envelope-key.js';
import { MessageEnvelope } from '../envelope/message-envelope.js';
import type { StanBlocks } from '../stan/stan-allocator.js';
import { KeyOverlap } from './key-overlap.js';
import type { LinkSeal } from './link-seal.js';
import { SequenceNumbers } from './sequence-numbers.js';

/** The keys of one link's envelope: one in use per endpoint, and the one before it while it is still opened. */
export class EnvelopeSeal implements LinkSeal {
  readonly #envelope: MessageEnvelope;
  readonly #byEndpoint = new Map<string, KeyOverlap<number>>();
  readonly #numbers = new Map<number, SequenceNumbers>();

  constructor(
    private readonly about: { readonly link: string; readonly linkId: string },
    private readonly blocks: StanBlocks,
    private readonly clock: Clock,
    private readonly over: (keyId: number) => void,
  ) {
    this.#envelope = new MessageEnvelope(about.linkId, 'acquirer');
  }

  /** From now on this endpoint is sealed to with this key. @throws Error no numbers could be taken */
  async use(key: EnvelopeKey, endpoint: string): Promise<void> {
    const numbers =
      this.#numbers.get(key.id) ?? new SequenceNumbers(this.blocks, `${this.about.link}#envelope-${key.id}`);
    await numbers.fill();
    this.#numbers.set(key.id, numbers);
    this.#envelope.accept(key);
    const known = this.#byEndpoint.get(endpoint);
    const over = (keyId: number): void => {
      this.#envelope.refuse(keyId);
      this.over(keyId);
    };
    if (known === undefined) this.#byEndpoint.set(endpoint, new KeyOverlap(key.id, this.clock, over));
    else if (known.current !== key.id) known.change(key.id);
  }

  /** Under the key of this endpoint. */
  seal(message: Buffer, endpoint: string): Buffer | undefined {
    const keyId = this.#byEndpoint.get(endpoint)?.current;
    const sequence = keyId === undefined ? undefined : this.#numbers.get(keyId)?.take();
    return keyId === undefined || sequence === undefined ? undefined : this.#envelope.seal(message, keyId, sequence);
  }

  open(bytes: Buffer): Buffer {
    const message = this.#envelope.open(bytes);
    for (const keys of this.#byEndpoint.values()) keys.count();
    return message;
  }
}
