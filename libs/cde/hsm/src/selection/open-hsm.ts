import { AwsPaymentHsm } from '../aws/aws-payment-hsm.js';
import { DUKPT_PROFILES, type DukptProfile } from '../dukpt/dukpt-profile.js';
import { Pkcs11Hsm } from '../pkcs11/pkcs11-hsm.js';
import { TokenError } from '../pkcs11/token-error.js';
import type { HsmProvider } from '../provider/hsm-provider.js';
import { profileLack } from '../provider/profile-check.js';
import type { HsmPartition } from '../software/key-rights.js';
import { SoftwareHsm } from '../software/software-hsm.js';
import { HsmSetupError } from './hsm-setup-error.js';

/** What a process knows of its surroundings when it opens its HSM. */
export interface HsmSurroundings {
  readonly partition: HsmPartition;
  readonly mode: 'sandbox' | 'production';
  /** Value of an environment variable, null when it is not set. */
  variable(name: string): string | null;
  /** Told about a waiver that is in use. */
  warn(message: string, facts: Record<string, unknown>): void;
}

const PROVIDERS: Readonly<Record<string, (from: HsmSurroundings) => Promise<HsmProvider>>> = {
  software: openSoftware,
  pkcs11: openPkcs11,
  'aws-payment-cryptography': openAws,
};

/**
 * Open the HSM that HSM_PROVIDER names (`software` when it is not set), and refuse it when it may not or cannot do the work:
 * production without a payment grade and without a waiver, or a device profile of DEVICE_PROFILES beyond it.
 * @throws HsmSetupError names the variable; KeyStoreError the software key store
 */
export async function openHsm(from: HsmSurroundings): Promise<HsmProvider> {
  const name = from.variable('HSM_PROVIDER') ?? 'software';
  const open = PROVIDERS[name];
  if (open === undefined)
    throw new HsmSetupError('HSM_PROVIDER', `must be one of ${Object.keys(PROVIDERS).join(', ')}`);
  const hsm = await open(from);
  try {
    await checkGrade(from, hsm);
    if (from.partition === 'vault') await checkProfiles(from, hsm);
    await tellLimits(from, hsm);
    return hsm;
  } catch (error) {
    hsm.close();
    throw error;
  }
}

function openSoftware(from: HsmSurroundings): Promise<HsmProvider> {
  const { partition, mode, warn } = from;
  const waiver = from.variable('HSM_SOFTWARE_WAIVER') ?? undefined;
  return SoftwareHsm.open({ directory: required(from, 'HSM_DIR'), partition, mode, waiver, warn });
}

async function openPkcs11(from: HsmSurroundings): Promise<HsmProvider> {
  try {
    return await Pkcs11Hsm.open({
      partition: from.partition,
      mode: from.mode,
      library: required(from, 'PKCS11_LIBRARY'),
      label: required(from, 'PKCS11_TOKEN_LABEL'),
      pinFile: required(from, 'PKCS11_PIN_FILE'),
      sessions: whole(from, 'PKCS11_SESSIONS', { fallback: 8, min: 1, max: 64 }),
      isPaymentGrade: from.variable('PKCS11_PAYMENT_GRADE') === 'certified',
    });
  } catch (error) {
    throw error instanceof TokenError ? new HsmSetupError(error.variable, error.rule) : error;
  }
}

/** Credentials come from where the AWS SDK looks for them. */
function openAws(from: HsmSurroundings): Promise<HsmProvider> {
  return AwsPaymentHsm.open({
    partition: from.partition,
    mode: from.mode,
    region: required(from, 'AWS_REGION'),
    directory: required(from, 'HSM_DIR'),
    kmsKeyId: required(from, 'AWS_KMS_KEY'),
    callsPerSecond: whole(from, 'AWS_PAYMENT_CALLS_PER_SECOND', { fallback: 400, min: 1, max: 100_000 }),
    endpoints: {
      data: endpoint(from, 'AWS_PAYMENT_DATA_ENDPOINT'),
      control: endpoint(from, 'AWS_PAYMENT_CONTROL_ENDPOINT'),
      kms: endpoint(from, 'AWS_KMS_ENDPOINT'),
    },
  });
}

/** A private endpoint; anything but HTTPS is for a stand-in on this machine. */
function endpoint(from: HsmSurroundings, name: string): string | undefined {
  const value = from.variable(name);
  if (value === null) return undefined;
  const isSafe = URL.canParse(value) && (value.startsWith('https:') || /^http:\/\/127\.0\.0\.1[:/]/.test(value));
  if (!isSafe) throw new HsmSetupError(name, 'must be an https URL');
  return value;
}

/** The software provider asks for its waiver itself. */
async function checkGrade(from: HsmSurroundings, hsm: HsmProvider): Promise<void> {
  if (from.mode !== 'production' || hsm.name === 'software') return;
  if ((await hsm.capabilities()).paymentGrade) return;
  const waiver = from.variable('HSM_WAIVER');
  if (waiver === null) {
    throw new HsmSetupError(
      'HSM_WAIVER',
      `must give the reason why production runs on ${hsm.name} without a payment grade`,
    );
  }
  from.warn('an HSM without a payment grade in production under a waiver', { provider: hsm.name, waiver });
}

async function checkProfiles(from: HsmSurroundings, hsm: HsmProvider): Promise<void> {
  const can = await hsm.capabilities();
  const known: Readonly<Record<string, DukptProfile>> = DUKPT_PROFILES;
  const listed =
    from
      .variable('DEVICE_PROFILES')
      ?.split(',')
      .map((name) => name.trim()) ?? Object.keys(known);
  for (const name of listed) {
    const profile = known[name];
    if (profile === undefined)
      throw new HsmSetupError('DEVICE_PROFILES', `names a profile that does not exist: ${name}`);
    const lack = profileLack(profile, can);
    if (lack === undefined) continue;
    throw new HsmSetupError('DEVICE_PROFILES', `holds ${name}, which the ${hsm.name} provider cannot serve: ${lack}`);
  }
}

/** Not a reason to stay closed: a centre may take no PINs. */
async function tellLimits(from: HsmSurroundings, hsm: HsmProvider): Promise<void> {
  if ((await hsm.capabilities()).operations.includes('translatePin')) return;
  from.warn('the HSM translates no PINs: cards that come with a PIN are refused', { provider: hsm.name });
}

function required(from: HsmSurroundings, name: string): string {
  const value = from.variable(name);
  if (value === null) throw new HsmSetupError(name, 'must be set');
  return value;
}

function whole(from: HsmSurroundings, name: string, range: { fallback: number; min: number; max: number }): number {
  const value = from.variable(name);
  if (value === null) return range.fallback;
  const number = /^[0-9]{1,6}$/.test(value) ? Number(value) : NaN;
  if (!(number >= range.min && number <= range.max)) {
    throw new HsmSetupError(name, `must be a whole number from ${range.min} to ${range.max}`);
  }
  return number;
}
