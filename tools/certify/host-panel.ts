import type { ExpectationRecord, FaultRule, TracedMessage } from '@tsunagu/simulator';

/** Fault of one case; the link is added. */
export type CaseFault = Omit<FaultRule, 'link' | 'probability'>;

/** The host's own panel: what it shall do wrong, what it expects, and what passed it. */
export class HostPanel {
  readonly #base: string;

  /** @param faultsUrl `faults` of the sandbox file */
  constructor(
    faultsUrl: string,
    readonly link: string,
  ) {
    this.#base = faultsUrl.replace(/\/faults$/, '');
  }

  /** @throws Error the panel refuses, or there is no such link */
  async setFaults(faults: readonly CaseFault[]): Promise<void> {
    const rules = faults.map((fault) => ({ link: this.link, probability: 1, ...fault }));
    await this.#ask('PUT', `/faults?link=${this.link}`, JSON.stringify(rules));
  }

  /** Scripts hold for all links of the simulator; an empty text takes them away. */
  async setScripts(yaml: string): Promise<void> {
    await this.#ask('PUT', '/scripts', yaml);
  }

  async expectations(): Promise<readonly ExpectationRecord[]> {
    const page = (await this.#ask('GET', `/expectations?link=${this.link}`)) as { records: ExpectationRecord[] };
    return page.records;
  }

  /** @returns the newest place, and the messages after the one given */
  async messages(after: number): Promise<{ place: number; messages: readonly TracedMessage[] }> {
    return (await this.#ask('GET', `/messages?link=${this.link}&after=${after}`)) as {
      place: number;
      messages: TracedMessage[];
    };
  }

  /** Let the host begin something. @returns the masked answer; null when none came */
  async order(order: Record<string, unknown>): Promise<Record<string, string> | null> {
    const said = (await this.#ask('POST', `/orders?link=${this.link}`, JSON.stringify(order))) as {
      answer: Record<string, string> | null;
    };
    return said.answer;
  }

  /** Whether the host has this link. */
  async knowsLink(): Promise<boolean> {
    const links = (await this.#ask('GET', '/links')) as { link: string }[];
    return links.some(({ link }) => link === this.link);
  }

  async #ask(method: string, path: string, body?: string): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, { method, body, headers: { connection: 'close' } });
    if (!response.ok)
      throw new Error(`the host's panel answered ${response.status} to ${method} ${path.split('?')[0]}`);
    return response.json();
  }
}
