import {
  CardFormatError,
  HsmError,
  Ksn,
  PayloadReader,
  TerminalDukpt,
  aesTypeOf,
  initialKeyOf,
  maskPan,
  type DukptProfile,
  type HsmProvider,
  type KeyRef,
} from '@tsunagu/hsm/primitives';
import type { Family } from '../family.js';
import { CaseFailure, same, type VectorCase } from '../vector-case.js';

type Content = Awaited<ReturnType<PayloadReader['read']>>;
/** What a reader's message may be refused as; the vault answers all of them alike. */
type Refusal = 'shape' | 'mac' | 'content';

const AES_TYPES = ['AES128', 'AES192', 'AES256'] as const;
const MAC_TYPES = [...AES_TYPES, 'HMAC128', 'HMAC192', 'HMAC256', 'TDES2'] as const;
const MACS = ['AES-CMAC-16', 'AES-CMAC-8', 'HMAC-SHA256', 'RETAIL-4'] as const;

/** Whole card-data messages of readers, opened by the code that the vault runs. */
export const payloads: Family = {
  name: 'p2pe-payloads',
  recognises: (one) => one.has('cipher') && one.has('content') && one.has('scheme'),
  async run(one, target) {
    const profile = profileOf(one);
    const bdk = one.bytes('bdk');
    const text = { ksn: one.text('ksn'), ciphertext: one.text('cipher'), ...ivOf(one), ...macOf(one) };
    const outcome = await target.withPayloadKey(profile, bdk, (hsm, key) => open(hsm, key, profile, text));
    const isAccepted = one.isAccepted;
    if (one.has('aad')) checkAad(one, isAccepted);
    if (!isAccepted || outcome === undefined) {
      one.skip('plain');
      if (one.has('expect')) one.part('expect').skipAll();
      if (outcome === undefined) return 'not supported';
      if (typeof outcome !== 'string') throw new CaseFailure('was accepted and must be refused');
      return 'passed';
    }
    if (typeof outcome === 'string') throw new CaseFailure(`was refused for its ${outcome}`);
    checkContent(outcome, one.part('expect'));
    checkTerminal(one, profile, bdk);
    outcome.wipe();
    return 'passed';
  },
};

async function open(
  hsm: HsmProvider,
  key: KeyRef,
  profile: DukptProfile,
  text: Parameters<PayloadReader['shape']>[0],
): Promise<Content | Refusal> {
  const reader = new PayloadReader(hsm, profile);
  const payload = reader.shape(text);
  if (payload === undefined) return 'shape';
  if (!(await reader.verify(key, payload))) return 'mac';
  try {
    return await reader.read(key, payload);
  } catch (error) {
    if (error instanceof CardFormatError) return 'content';
    if (error instanceof HsmError && error.reason === 'mac') return 'mac';
    throw error;
  }
}

function checkContent({ pan, expiry, psn, track2 }: Content, expected: VectorCase): void {
  same('pan', pan.toString('latin1'), expected.text('pan'));
  if (expected.has('expiry')) same('expiry', expiry, expected.text('expiry'));
  if (expected.has('panSequence')) same('panSequence', psn, expected.text('panSequence'));
  if (expected.has('masked6x4')) same('masked6x4', maskPan(pan), expected.text('masked6x4'));
  if (expected.has('last4')) same('last4', pan.toString('latin1', pan.length - 4), expected.text('last4'));
  const text = track2?.reveal();
  const rest = text?.subarray(text.indexOf('=') + 5);
  if (expected.has('serviceCode')) same('serviceCode', rest?.toString('latin1', 0, 3), expected.text('serviceCode'));
  if (expected.has('discretionaryData'))
    same('discretionaryData', rest?.toString('latin1', 3), expected.text('discretionaryData'));
}

/** The terminal's side of this code makes the very same message. */
function checkTerminal(one: VectorCase, profile: DukptProfile, bdk: Buffer): void {
  if (!one.has('plain')) return;
  const ksn = Ksn.parse(profile.scheme, one.text('ksn'))!;
  const terminal = new TerminalDukpt(profile, initialKeyOf(bdk, ksn), ksn.initialKeyId);
  const iv = profile.iv === 'explicit' ? one.bytes('iv') : undefined;
  const sent = terminal.encryptCard(ksn.counter, one.bytes('plain'), iv);
  same('cipher of our terminal', sent.ciphertext, one.text('cipher').toUpperCase());
  if (one.has('mac')) same('mac of our terminal', sent.mac, one.part('mac').text('value').toUpperCase());
}

/** This house binds a GCM message to its KSN; a device that binds it to something else cannot be served. */
function checkAad(one: VectorCase, isAccepted: boolean): void {
  const aad = one.text('aad').toUpperCase();
  if (isAccepted) same('aad', aad, one.text('ksn').toUpperCase());
}

function profileOf(one: VectorCase): DukptProfile {
  const scheme = one.oneOf('scheme', ['AES-DUKPT', 'TDES-DUKPT']);
  const isAes = scheme === 'AES-DUKPT';
  const usage = one.oneOf(
    'keyUsage',
    isAes ? ['dataEncrypt', 'dataBothWays'] : ['dataRequest', 'pin', 'dataRequestVariant'],
  );
  const mode = one.oneOf('mode', ['CBC', 'CTR', 'GCM', 'ECB']);
  const workingKeyType = one.has('keyType') ? one.oneOf('keyType', [...AES_TYPES, 'TDES2', 'TDES3']) : 'TDES2';
  const mac = one.has('mac') ? macAlgOf(one.part('mac'), workingKeyType) : 'none';
  return {
    scheme,
    bdkType: isAes ? aesTypeOf(one.bytes('bdk')) : 'TDES2',
    workingKeyType,
    dataUsage: usage === 'dataBothWays' ? 'both' : 'request',
    mode,
    iv: sendsIv(one, isAes, mode) ? 'explicit' : 'zero',
    padding: one.oneOf('padding', ['PKCS7', 'ISO9797-2', 'ZERO', 'NONE']),
    mac,
    macInput: isAes ? 'ksn|iv|cipher' : 'ksn|cipher',
    content: one.oneOf('content', ['TRACK2_ASCII', 'TLV', 'PAN_ENTRY']),
    tdesDataKey: usage === 'pin' ? 'pin-variant' : usage === 'dataRequestVariant' ? 'variant-only' : 'x9.24-2009',
    replayWindow: 256,
  };
}

/** TDES readers send zeros, or none, unless the case says otherwise. */
function sendsIv(one: VectorCase, isAes: boolean, mode: DukptProfile['mode']): boolean {
  if (mode === 'ECB' || !one.has('iv')) return false;
  return isAes || one.bytes('iv').some((byte) => byte !== 0);
}

/** The MAC key of a profile is of the length of its data key. */
function macAlgOf(part: VectorCase, workingKeyType: string): (typeof MACS)[number] {
  if (part.has('keyType')) {
    const type = part.oneOf('keyType', MAC_TYPES).replace('HMAC', 'AES');
    if (type !== workingKeyType) throw new CaseFailure('mac.keyType is not the type of the data key');
  }
  return part.oneOf('alg', MACS);
}

function ivOf(one: VectorCase): { iv?: string } {
  return one.has('iv') ? { iv: one.text('iv') } : {};
}

function macOf(one: VectorCase): { mac?: string } {
  return one.has('mac') ? { mac: one.part('mac').text('value') } : {};
}
