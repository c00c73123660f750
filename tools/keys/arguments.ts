import { fromWireId } from '@tsunagu/kernel';
import { parseArgs } from 'node:util';
import { KeysError } from './vault-door.js';

export const HELP = `npm run keys -- COMMAND [options]      asks the running vault; secrets and components are typed, never options

  list [--all]                          the inventory; --all: also destroyed keys and those of envelopes
  forecast [--days 90]                  cryptoperiods that end soon
  report                                inventory of keys and devices as JSON, for an assessor
  audit-verify [--tenant TENANT]        proves the audit, or names the first bad row

  custodians [--names aoi,ren]          enter the first custodians (once); in the sandbox it makes their secrets and shows them

  replace-custodian OLD --with NEW --as NAME      order that NEW takes the place of OLD; NEW types his secret
  generate PURPOSE… --as NAME           make a key inside the HSM; it waits for its activation
  import PURPOSE… --as NAME             first component of a key; prints the ceremony
  import --ceremony ID --as NAME        second component, by another custodian
  import-block PURPOSE… --under KEY --kcv KCV --as NAME     a key block (TR-31) of a partner, typed or piped
  rotate KEY --as NAME                  make the next version and order its activation
  activate|close|retire|revoke|destroy KEY --as NAME        order a move of a key …
  export KEY --under KEY --as NAME      … or its export under a transport key
  erase-tenant TENANT --as NAME         order the end of a tenant: keys destroyed, cards erased, a signed certificate
  join-group TENANT --group NAME --as NAME, leave-group TENANT --as NAME    order that tenants may use each other's tokens, or no longer
  export-tokens TENANT --under KEY --as NAME                order a file of cards for a partner, under his exchange key
  token-files TENANT                    its files of cards: imports, exports, and exports that wait for two custodians
  approve-tenant ORDER --as NAME [--out FILE]               the second custodian: now it happens
  verify-certificate FILE [--public-key KEY]                proves a certificate of an erasure

  approve ORDER --as NAME               the second custodian: now it happens

  PURPOSE…   --purpose bdk|link-pin|link-mac|transport|ceremony --usage B0|P0|M3|M6|K0|K1|D0 --type AES128|AES192|AES256|TDES2|TDES3
             [--tenant TENANT] [--zone ZONE]   zone: scheme and maker of readers, link, or partner
  device-code --tenant TENANT --terminal TERMINAL [--profile PROFILE] [--zone ZONE]     one-use code, good for 15 minutes
  device-load --tenant TENANT --terminal TERMINAL --under KEY      types the code; prints the first key as a key block
  device-suspend|device-resume|device-retire|device-lose DEVICE --tenant TENANT --as NAME --reason TEXT

  --data DIR  folder of the sandbox, default .tsunagu;  VAULT_URL with TLS_CERT_FILE, TLS_KEY_FILE, TLS_CA_FILE: another vault
  --json      answers as JSON
Exit code: 0 done, 1 refused or trouble, 2 the audit was changed.`;

/** What stands on the command line. */
export interface KeysArguments {
  readonly command: string;
  readonly operand: string | undefined;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

const TEXTS = [
  'group',
  'out',
  'public-key',
  'as',
  'with',
  'purpose',
  'usage',
  'type',
  'tenant',
  'zone',
  'ceremony',
  'under',
  'kcv',
  'names',
  'days',
  'data',
  'terminal',
  'profile',
  'reason',
];
const FLAGS = ['all', 'json', 'help'];

/** @throws KeysError an option that is not one */
export function readArguments(args: readonly string[]): KeysArguments {
  const options = Object.fromEntries([
    ...TEXTS.map((name) => [name, { type: 'string' }] as const),
    ...FLAGS.map((name) => [name, { type: 'boolean' }] as const),
  ]);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > 2)
      throw new KeysError('too many words: a secret or a component never stands on the command line');
    return { command: positionals[0] ?? 'help', operand: positionals[1], options: values as KeysArguments['options'] };
  } catch (error) {
    if (error instanceof KeysError || !(error instanceof TypeError)) throw error;
    throw new KeysError(`${error.message.split('.')[0]}; "npm run keys -- --help" says everything`);
  }
}

/** @throws KeysError it is missing */
export function needed({ options }: KeysArguments, name: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value === '') throw new KeysError(`--${name} is missing`);
  return value;
}

/** What the vault must know of a new key. @throws KeysError */
export function descriptionOf(args: KeysArguments): object {
  const { tenant, zone } = args.options;
  return {
    purpose: needed(args, 'purpose'),
    usage: needed(args, 'usage'),
    algorithm: needed(args, 'type'),
    tenantId: typeof tenant === 'string' ? tenantIdOf(tenant) : null,
    zone: typeof zone === 'string' && zone !== '' ? zone : null,
  };
}

/** `ten_…` or the uuid itself. @throws KeysError */
export function tenantIdOf(text: string): string {
  return rowIdOf('ten', text);
}

/** `<prefix>_…` or the uuid itself. @throws KeysError */
export function rowIdOf(prefix: string, text: string): string {
  const id = fromWireId(prefix, text) ?? text;
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new KeysError(`this is neither ${prefix}_… nor a uuid: ${text}`);
  return id;
}
