import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReaderDevice } from '../reader/card-reader.js';
import { ReaderError } from '../reader/reader-counter.js';

/** A terminal as `sandbox.json` lists it. @source architecture.md §7 */
export interface TillTerminal extends ReaderDevice {
  readonly api_key: string;
  readonly next_counter: number;
}

interface Sandbox {
  readonly tenants: readonly {
    readonly name?: string;
    readonly stores: readonly { readonly id: string; readonly terminals: readonly TillTerminal[] }[];
  }[];
}

/** The terminal that the web till stands for, and the merchant it belongs to. */
export interface TillPlace {
  readonly merchant: string;
  readonly storeId: string;
  readonly terminal: TillTerminal;
  /** Counter of the reader, shared with `npm run till`. */
  readonly counterFile: string;
}

/**
 * The last store of the first merchant, as `npm run till`: an outside program at the first store never meets a counter that a till used.
 * Read at every question, because the sandbox is written after this process has started.
 * @throws ReaderError there is no sandbox yet, or it has no such terminal
 */
export function tillPlace(sandboxFile: string): TillPlace {
  const tenant = sandboxOf(sandboxFile).tenants[0];
  const store = tenant?.stores.at(-1);
  const terminal = store?.terminals.find(({ scheme }) => scheme === 'AES-DUKPT');
  if (store === undefined || terminal === undefined) throw new ReaderError('the sandbox has no terminal for this till');
  return {
    merchant: tenant?.name ?? 'Demo',
    storeId: store.id,
    terminal,
    counterFile: join(dirname(sandboxFile), 'till', `${terminal.id}.counter`),
  };
}

function sandboxOf(file: string): Sandbox {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Sandbox;
  } catch {
    throw new ReaderError('there is no sandbox yet: wait until npm start says "tsunagu ready"');
  }
}
