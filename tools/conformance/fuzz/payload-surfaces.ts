import {
  CardFormatError,
  DUKPT_PROFILES,
  HsmError,
  PayloadReader,
  TerminalDukpt,
  addPadding,
  initialKeyOf,
  Ksn,
  type DukptProfile,
  type HsmProvider,
  type KeyRef,
  type TerminalPayload,
} from '@tsunagu/hsm/primitives';
import type { ProviderUnderTest } from '../hsm-target.js';
import { damaged, damagedHex } from './damage.js';
import type { SeededRandom } from './seeded-random.js';
import type { Surface } from './surface.js';

/** The one answer of the vault to a message that it does not take. */
class Refused extends Error {}

interface Fuzzed {
  readonly profile: DukptProfile;
  readonly key: KeyRef;
  readonly terminal: TerminalDukpt;
  /** Encrypts without padding of its own: a terminal that sends what it should not. */
  readonly rogue: TerminalDukpt;
  readonly plain: Buffer;
  readonly sent: TerminalPayload;
}

const AES_KEY = Buffer.from('000102030405060708090A0B0C0D0E0F', 'hex');
const PLAIN = {
  TLV: Buffer.from('57134111111111111111D29081011235285492365F5F3401019F36020001', 'hex'),
  TRACK2_ASCII: Buffer.from(';4111111111111111=29081011235285492365?', 'latin1'),
  PAN_ENTRY: Buffer.from('4111111111111111=2908', 'latin1'),
} as const;
const GCM: DukptProfile = { ...DUKPT_PROFILES['aes128-cbc-cmac-tlv'], mode: 'GCM', padding: 'NONE', mac: 'none' };
const PROFILES: readonly DukptProfile[] = [...Object.values(DUKPT_PROFILES), GCM];

/** Messages of readers through the provider: damaged on their way, and nonsense under a right MAC. */
export async function payloadSurfaces(provider: ProviderUnderTest): Promise<Surface[]> {
  const served = await provider.vault.capabilities();
  const possible = PROFILES.filter(
    ({ bdkType, mode }) => served.bdkTypes.includes(bdkType) && served.dukptModes.includes(mode),
  );
  const devices = await Promise.all(possible.map((profile) => deviceOf(provider, profile)));
  const answer = (error: unknown) => (error instanceof Refused ? error.message : undefined);
  return [
    { name: 'payload', weight: 3, answer, feed: (random) => feedDamaged(provider.vault, random.pick(devices), random) },
    {
      name: 'content',
      weight: 3,
      answer,
      feed: (random) => feedNonsense(provider.vault, random.pick(devices), random),
    },
  ];
}

async function deviceOf(provider: ProviderUnderTest, profile: DukptProfile): Promise<Fuzzed> {
  const key = await provider.load({ bytes: AES_KEY, usage: 'B0', type: profile.bdkType, scope: 'bdk' });
  const ikid = profile.scheme === 'AES-DUKPT' ? '1234567890123456' : 'FFFF9876543210E00000';
  const initialKey = initialKeyOf(AES_KEY, Ksn.of(profile.scheme, ikid, 1)!);
  const terminal = new TerminalDukpt(profile, initialKey, ikid);
  const plain = PLAIN[profile.content];
  const rogue = new TerminalDukpt({ ...profile, padding: 'NONE' }, initialKey, ikid);
  return { profile, key, terminal, rogue, plain, sent: terminal.encryptCard(5, plain) };
}

/** One part, or now and then all of them. */
async function feedDamaged(hsm: HsmProvider, device: Fuzzed, random: SeededRandom): Promise<boolean> {
  const { ksn, iv, ciphertext, mac } = device.sent;
  const parts = { ksn, ciphertext, ...(iv === undefined ? {} : { iv }), ...(mac === undefined ? {} : { mac }) };
  const names = Object.keys(parts) as (keyof typeof parts)[];
  const target = random.below(4) === 0 ? names : [random.pick(names)];
  const text = { ...parts };
  for (const name of target) text[name] = damagedHex(parts[name]!, random);
  if (random.below(20) === 0) delete text[random.pick(['iv', 'mac'] as const)];
  const isSame = names.every((name) => text[name]?.toUpperCase() === parts[name]?.toUpperCase());
  await open(hsm, device, text);
  if (!isSame && device.profile.iv === 'explicit') throw new Error('a damaged message was opened');
  return true;
}

async function feedNonsense(
  hsm: HsmProvider,
  { profile, key, rogue, plain }: Fuzzed,
  random: SeededRandom,
): Promise<boolean> {
  const isPadded = random.below(2) === 0;
  const nonsense = damaged(isPadded ? plain : addPadding(profile, plain), random).subarray(0, 1024);
  const wanted = isPadded ? addPadding(profile, nonsense) : wholeBlocks(nonsense);
  await open(hsm, { profile, key }, rogue.encryptCard(5, wanted));
  return true;
}

/** As the vault does it: shape, MAC, decrypt, parse; each of them refuses in the same words. */
async function open(
  hsm: HsmProvider,
  { profile, key }: Pick<Fuzzed, 'profile' | 'key'>,
  text: Parameters<PayloadReader['shape']>[0],
): Promise<void> {
  const reader = new PayloadReader(hsm, profile);
  const payload = reader.shape(text);
  if (payload === undefined || !(await reader.verify(key, payload))) throw new Refused('card_data_invalid');
  try {
    (await reader.read(key, payload)).wipe();
  } catch (error) {
    if (error instanceof CardFormatError || (error instanceof HsmError && error.reason === 'mac'))
      throw new Refused(error.code);
    throw error;
  }
}

function wholeBlocks(bytes: Buffer): Buffer {
  const length = Math.max(16, bytes.length - (bytes.length % 16));
  return Buffer.concat([bytes, Buffer.alloc(16)], length);
}
