import { HsmError, type HsmProvider, type KeyRef } from '@tsunagu/hsm';
import type { LinkConfig } from '@tsunagu/links';
import { Rounds, type AppLogger } from '@tsunagu/platform';

/** How often the HSM is asked whether custodians activated another key: a closed one encrypts there for ten seconds more. */
const EVERY_MS = 2_000;

/**
 * Which key a link's PINs travel under. The one that the links' file names is the first; the versions that custodians bring in and
 * activate (`link-pin-<link>-v1`, `-v2` …, in the inventory of the vault) follow it, and the highest active one is used.
 */
export class LinkPinKeys {
  readonly #versions = new Map<string, number>();
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.refresh(),
    failed: (error) => this.logger.warn('the keys of links could not be looked up; what was known goes on', { error }),
  });

  constructor(
    private readonly hsm: HsmProvider,
    private readonly links: readonly LinkConfig[],
    private readonly logger: AppLogger,
  ) {}

  /** @throws HsmError */
  async start(): Promise<void> {
    await this.refresh();
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** @param first key that the links' file names. @returns the key, and the name by which the partner knows it */
  current(link: string, first: string): { key: KeyRef; name: string } {
    const version = this.#versions.get(link) ?? 0;
    const id = version === 0 ? first : keyIdOf(link, version);
    return { key: { provider: this.hsm.name, id }, name: version === 0 ? first : `${link.slice(0, 4)}-v${version}` };
  }

  /** Look for versions above the known one. @throws HsmError */
  async refresh(): Promise<void> {
    for (const { name, pin } of this.links) if (pin !== null) await this.#advance(name);
  }

  async #advance(link: string): Promise<void> {
    for (let version = (this.#versions.get(link) ?? 0) + 1; ; version += 1) {
      const state = await this.#stateOf(keyIdOf(link, version));
      if (state === undefined) return;
      if (state === 'active') this.#versions.set(link, version);
    }
  }

  async #stateOf(id: string): Promise<string | undefined> {
    try {
      return (await this.hsm.keyInfo({ provider: this.hsm.name, id })).state;
    } catch (error) {
      if (error instanceof HsmError && error.reason === 'key_unknown') return undefined;
      throw error;
    }
  }
}

function keyIdOf(link: string, version: number): string {
  return `link-pin-${link}-v${version}`;
}
