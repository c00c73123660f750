import { SystemClock } from '@tsunagu/kernel';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsPaymentHsm } from '../aws/aws-payment-hsm.js';
import { AwsRecorder, RECORDER_IDENTITY, RECORDER_REGION } from '../aws/testing/aws-recorder.js';
import { PaymentService } from '../aws/testing/payment-service.js';
import { SoftToken, softTokenLack } from '../pkcs11/testing/soft-token.js';
import type { HsmProvider, KeyScope, KeyType, KeyUsage } from '../provider/hsm-provider.js';
import { keyCheckValue } from '../mac/kcv.js';
import { sealKey } from '../software/key-file.js';
import { SoftwareHsm } from '../software/software-hsm.js';

/** A provider at work, with both partitions and a way to put published test keys into it. */
export interface Candidate {
  readonly vault: HsmProvider;
  readonly switch: HsmProvider;
  plant(key: { id: string; usage: KeyUsage; type: KeyType; scope: KeyScope }, bytes: Buffer): Promise<void>;
  /** Let time pass for what a process remembers of keys that another one moves. */
  pass(ms: number): void;
  stop(): Promise<void>;
}

/** Every provider that the conformance suite runs on: what it lacks here, and how it is started. */
export const CANDIDATES: readonly {
  readonly name: string;
  lack(): Promise<string | undefined>;
  start(): Promise<Candidate>;
}[] = [
  { name: 'software', lack: async () => undefined, start: softwareCandidate },
  { name: 'pkcs11', lack: softTokenLack, start: pkcs11Candidate },
  { name: 'aws-payment-cryptography', lack: async () => undefined, start: awsCandidate },
];

async function softwareCandidate(): Promise<Candidate> {
  const directory = await mkdtemp(join(tmpdir(), 'hsm-conformance-'));
  const lmk = randomBytes(32);
  await mkdir(join(directory, 'keys'), { mode: 0o700 });
  await writeFile(join(directory, 'lmk'), lmk, { mode: 0o600 });
  let passedMs = 0;
  const clock = Object.assign(new SystemClock(), { now: () => new Date(Date.now() + passedMs) });
  const open = (partition: 'vault' | 'switch'): Promise<SoftwareHsm> =>
    SoftwareHsm.open({ directory, partition, mode: 'sandbox', warn: () => undefined, clock });
  const [vault, other] = [await open('vault'), await open('switch')];
  return {
    vault,
    switch: other,
    async plant(key, bytes) {
      const kcv = keyCheckValue(key.type, bytes);
      const file = sealKey(lmk, { version: 1, ...key, state: 'active', kcv, expiresAt: null }, bytes);
      await writeFile(join(directory, 'keys', `${key.id}.key`), file, { mode: 0o600 });
    },
    pass: (ms) => void (passedMs += ms),
    async stop() {
      vault.close();
      other.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function pkcs11Candidate(): Promise<Candidate> {
  const token = await SoftToken.make('conformance');
  const [vault, other] = [await token.open(), await token.open({ partition: 'switch' })];
  return {
    vault,
    switch: other,
    plant: (key, bytes) => token.plant(key, bytes),
    pass: () => undefined, // the token itself enforces the state
    async stop() {
      vault.close();
      other.close();
      await token.remove();
    },
  };
}

/** The client against a recorder that checks every signature and shape, and computes with the software provider. */
async function awsCandidate(): Promise<Candidate> {
  const behind = await softwareCandidate();
  const recorder = await AwsRecorder.start();
  const service = new PaymentService(behind);
  recorder.handler = (call) => service.answer(call);
  const directory = await mkdtemp(join(tmpdir(), 'hsm-aws-'));
  const { url } = recorder;
  const open = (partition: 'vault' | 'switch'): Promise<AwsPaymentHsm> =>
    AwsPaymentHsm.open({
      partition,
      mode: 'sandbox',
      region: RECORDER_REGION,
      directory,
      kmsKeyId: 'alias/tsunagu-key-store',
      callsPerSecond: 5000,
      endpoints: { data: url, control: url, kms: url },
      credentials: RECORDER_IDENTITY,
    });
  const [vault, other] = [await open('vault'), await open('switch')];
  return {
    vault,
    switch: other,
    plant: (key, bytes) => behind.plant(key, bytes),
    pass: (ms) => behind.pass(ms),
    async stop() {
      vault.close();
      other.close();
      await recorder.stop();
      await behind.stop();
      await rm(directory, { recursive: true });
      if (recorder.refused.length > 0) throw new Error(`${recorder.refused.length} requests had a wrong signature`);
    },
  };
}
