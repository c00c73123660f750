import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { counterFileOf, noteCounter } from '@tsunagu/simulator';

/** A simulated terminal of `sandbox.json`. @source architecture.md §7 */
export interface SandboxTerminal {
  readonly id: string;
  readonly api_key: string;
  readonly profile: string;
  readonly scheme: 'AES-DUKPT' | 'TDES-DUKPT';
  readonly initial_key: string;
  readonly initial_key_id: string;
  readonly next_counter: number;
}

export interface SandboxTenant {
  readonly id: string;
  readonly api_key: string;
  readonly stores: readonly { readonly id: string; readonly terminals: readonly SandboxTerminal[] }[];
}

/** A lane of the merchant's own payment server: its name on the wire, and its reader. */
export type SandboxLane = Omit<SandboxTerminal, 'api_key'> & { readonly terminal: string; readonly merchant: string };

/** The line that the sandbox keeps for a merchant's payment server. */
export interface SandboxHqLink {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly institution: string;
  readonly tenant_id: string;
  readonly terminals: readonly SandboxLane[];
}

export interface Sandbox {
  readonly api: string;
  readonly iso8583: { readonly hq_link: SandboxHqLink };
  readonly tenants: readonly SandboxTenant[];
  readonly issuer_ledger: string;
  readonly faults: string;
  /** The till in the browser. */
  readonly web_till: string;
}

/** Something the person at the keyboard can mend. */
export class TillError extends Error {}

/** The sandbox of a data folder, and the till's own notes in it. */
export class SandboxFile {
  readonly file: string;
  readonly content: Sandbox;

  /** @throws TillError there is no sandbox yet */
  constructor(readonly dataDir: string) {
    this.file = process.env['SANDBOX_FILE'] ?? join(resolve(dataDir), 'sandbox.json');
    if (!existsSync(this.file))
      throw new TillError(`${this.file} is missing: run "npm start" first and leave it running`);
    this.content = JSON.parse(readFileSync(this.file, 'utf8')) as Sandbox;
  }

  /**
   * The till has a store of its own when the tenant has two, so that an outside program at the first store never
   * meets a counter that the till has used.
   * @throws TillError no such tenant or no such terminal
   */
  terminal(tenant: number, scheme: SandboxTerminal['scheme']): SandboxTerminal {
    const found = this.content.tenants[tenant - 1]?.stores.at(-1)?.terminals.find((one) => one.scheme === scheme);
    if (found === undefined) throw new TillError(`the sandbox has no ${scheme} terminal for tenant ${tenant}`);
    return found;
  }

  /** Counter of a reader, shared by all tills of this machine that stand for it. */
  counterFile(terminalId: string): string {
    return counterFileOf(this.file, terminalId);
  }

  /** Tell other readers of the file which counter comes next. */
  noteCounter(terminalId: string, nextCounter: number): void {
    noteCounter(this.file, terminalId, nextCounter);
  }
}
