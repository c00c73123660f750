import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxTerminal } from '../till/sandbox-file.js';

/** What an outside program may rely on. @source architecture.md §7 */
export interface SandboxState {
  readonly api: string;
  readonly issuer_ledger: string;
  readonly faults: string;
  readonly tenants: readonly {
    readonly id: string;
    readonly api_key: string;
    readonly stores: readonly { readonly id: string; readonly terminals: readonly SandboxTerminal[] }[];
  }[];
}

/** The first two tenants have no rate limits: load and chaos run on them. */
export const UNLIMITED_TENANTS = 2;

export async function readSandbox(stateDir: string): Promise<SandboxState> {
  return JSON.parse(await readFile(join(stateDir, 'sandbox.json'), 'utf8')) as SandboxState;
}
