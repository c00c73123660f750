import { readFile, writeFile } from 'node:fs/promises';
import { isGenuineCertificate, type ErasureCertificate } from '@tsunagu/card-vault';
import type { PageRead, TokenJobView } from '@tsunagu/contracts';
import { toWireId } from '@tsunagu/kernel';
import { tenantIdOf, type KeysArguments } from './arguments.js';
import { KeysError, type VaultDoor } from './vault-door.js';

const FILES_SHOWN = 50;

/** What two custodians decide about a tenant, as the vault tells it. */
interface TenantOrderLine {
  readonly id: string;
  readonly tenantId: string;
  readonly operation: string;
  readonly subject: string | null;
}

interface DecisionAnswer {
  readonly order: TenantOrderLine;
  readonly certificate?: ErasureCertificate;
  readonly members?: readonly string[];
  readonly jobId?: string;
}

/** What a command has at hand; `who` asks the custodian for his secret. */
interface Hands {
  readonly door: VaultDoor;
  readonly args: KeysArguments;
  readonly who: () => Promise<object>;
}

const OPERATIONS: Readonly<Record<string, { readonly operation: string; readonly subject: string | null }>> = {
  'erase-tenant': { operation: 'erase', subject: null },
  'join-group': { operation: 'join_group', subject: 'group' },
  'leave-group': { operation: 'leave_group', subject: null },
  'export-tokens': { operation: 'export_tokens', subject: 'under' },
};

/** Commands about tenants, by their names. */
export const TENANT_COMMANDS: Readonly<Record<string, (hands: Hands) => Promise<string>>> = {
  ...Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, order])),
  'token-files': tokenFiles,
  'approve-tenant': approve,
  'verify-certificate': verify,
};

async function order({ door, args, who }: Hands): Promise<string> {
  const { operation, subject: named } = OPERATIONS[args.command]!;
  const tenantId = tenantIdOf(operand(args, 'TENANT'));
  const subject = named === null ? null : option(args, named);
  const made = await door.ask<TenantOrderLine>('tenantOrder', { tenantId, operation, subject, ...(await who()) });
  return `${operation} of ${tenantId} waits for another custodian: npm run keys -- approve-tenant ${made.id} --as NAME`;
}

/** The newest files of cards of a tenant: what it brings, what it wants to take, and what still waits for two custodians. */
async function tokenFiles({ door, args }: Hands): Promise<string> {
  const tenantId = tenantIdOf(operand(args, 'TENANT'));
  const lists = ['export', 'import'].map((kind) =>
    door.ask<PageRead<TokenJobView>>('tokenJobList', { tenantId, kind, page: { limit: FILES_SHOWN } }),
  );
  const files = (await Promise.all(lists)).flatMap(({ data }) => data);
  return files.length === 0 ? 'this tenant has no files of cards' : files.map(fileLine).join('\n');
}

function fileLine({ id, kind, state, keyId, reference, createdAt, counts }: TokenJobView): string {
  const lines = Object.entries(counts).map(([code, count]) => `${code} ${count}`);
  const what = state === 'requested' ? 'waits for: npm run keys -- export-tokens' : state;
  return [createdAt, kind, toWireId('bat', id), reference ?? '-', `under ${keyId}`, what, ...lines].join('  ');
}

async function approve({ door, args, who }: Hands): Promise<string> {
  const orderId = operand(args, 'ORDER');
  const done = await door.ask<DecisionAnswer>('tenantApprove', { orderId, ...(await who()) });
  const { order: made, certificate, members, jobId } = done;
  if (certificate !== undefined) return certified(certificate, args.options['out']);
  const more = members === undefined ? (jobId ?? '') : `members: ${members.join(' ')}`;
  return `done: ${made.operation} of ${made.tenantId} ${more}`.trim();
}

async function certified(certificate: ErasureCertificate, out: string | boolean | undefined): Promise<string> {
  const text = `${JSON.stringify(certificate, null, 2)}\n`;
  if (typeof out !== 'string') return text.trimEnd();
  await writeFile(out, text, { flag: 'wx' });
  return `erased; the certificate is in ${out}. Prove it: npm run keys -- verify-certificate ${out}`;
}

/** The public key comes from the vault, or from the verifier's own records: never from the certificate itself. */
async function verify({ door, args }: Hands): Promise<string> {
  const file = operand(args, 'FILE');
  const known = args.options['public-key'];
  const certificate = await readCertificate(file);
  const publicKey = typeof known === 'string' ? known : await publicKeyOf(certificate.signature.key_id, door);
  if (publicKey === undefined || !isGenuineCertificate(certificate, publicKey))
    throw new KeysError('THIS CERTIFICATE IS NOT GENUINE');
  const { tenant_id: tenant, erased_at: at, erased, destroyed_keys: keys } = certificate.statement;
  return `genuine: ${tenant} was erased at ${at}, ${erased.cards} cards and ${keys.length} keys`;
}

async function publicKeyOf(keyId: string, door: VaultDoor): Promise<string | undefined> {
  const { keys } = await door.ask<{ keys: { keyId: string; publicKey: string }[] }>('certificateKey', {});
  return keys.find((key) => key.keyId === keyId)?.publicKey;
}

async function readCertificate(file: string): Promise<ErasureCertificate> {
  try {
    const read = JSON.parse(await readFile(file, 'utf8')) as Partial<ErasureCertificate>;
    if (typeof read.statement === 'object' && typeof read.signature === 'object') return read as ErasureCertificate;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new KeysError('the file is not a certificate');
}

function operand({ operand: value }: KeysArguments, what: string): string {
  if (value === undefined) throw new KeysError(`${what} is missing`);
  return value;
}

function option({ options }: KeysArguments, name: string): string {
  const value = options[name];
  if (typeof value !== 'string' || value === '') throw new KeysError(`--${name} is missing`);
  return value;
}
