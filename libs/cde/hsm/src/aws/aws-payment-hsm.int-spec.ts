import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuardedHsm, HSM_LIMITS } from '../guard/guarded-hsm.js';
import type { Dukpt } from '../provider/hsm-provider.js';
import { AwsPaymentHsm, type AwsPaymentOptions } from './aws-payment-hsm.js';
import { AwsRecorder, RECORDER_IDENTITY, RECORDER_REGION } from './testing/aws-recorder.js';

let recorder: AwsRecorder;
let directory: string;
const opened: AwsPaymentHsm[] = [];

beforeEach(async () => {
  recorder = await AwsRecorder.start();
  directory = await mkdtemp(join(tmpdir(), 'aws-'));
});
afterEach(async () => {
  for (const hsm of opened.splice(0)) hsm.close();
  await recorder.stop();
  await rm(directory, { recursive: true });
});

async function open(more: Partial<AwsPaymentOptions> = {}): Promise<AwsPaymentHsm> {
  const { url } = recorder;
  const hsm = await AwsPaymentHsm.open({
    partition: 'vault',
    mode: 'sandbox',
    region: RECORDER_REGION,
    directory,
    kmsKeyId: 'alias/k',
    callsPerSecond: 1000,
    endpoints: { data: url, control: url, kms: url },
    credentials: RECORDER_IDENTITY,
    ...more,
  });
  opened.push(hsm);
  return hsm;
}

const dukpt: Dukpt = {
  scheme: 'AES-DUKPT',
  bdk: { provider: 'aws-payment-cryptography', id: 'bdk-t1' },
  ksn: '123456789012345600000001',
  keyType: 'AES128',
  variant: 'request',
};
const decrypt = (hsm: AwsPaymentHsm) =>
  hsm.dukptDecrypt(dukpt, { mode: 'CBC', iv: Buffer.alloc(16, 0xab), cipher: Buffer.alloc(16, 0xcd) });
const verify = (hsm: AwsPaymentHsm) =>
  hsm.dukptVerifyMac(dukpt, { alg: 'AES-CMAC-16', data: Buffer.from('ksn'), mac: Buffer.alloc(16) });

describe('client of AWS Payment Cryptography', () => {
  it('signs each request for its service and sends the documented shapes', async () => {
    const hsm = await open();
    recorder.handler = async ({ path }) => ({ body: path.endsWith('/decrypt') ? { PlainText: 'AB'.repeat(16) } : {} });
    expect(await decrypt(hsm)).toEqual(Buffer.alloc(16, 0xab));
    expect(await verify(hsm)).toBe(true);
    expect(recorder.refused).toEqual([]);
    const [key, opened, ...calls] = recorder.calls;
    expect([key!.service, key!.operation, opened!.operation]).toEqual(['kms', 'GenerateDataKey', 'Decrypt']);
    expect(calls.map(({ service }) => service)).toEqual(['payment-cryptography', 'payment-cryptography']);
    expect(calls[0]).toMatchObject({
      path: '/keys/alias%2Ftsunagu-bdk-t1/decrypt',
      body: {
        CipherText: 'CD'.repeat(16),
        DecryptionAttributes: {
          Dukpt: {
            KeySerialNumber: dukpt.ksn,
            Mode: 'CBC',
            DukptKeyDerivationType: 'AES_128',
            DukptKeyVariant: 'REQUEST',
            InitializationVector: 'AB'.repeat(16),
          },
        },
      },
    });
    expect(calls[1]!.body).toEqual({
      KeyIdentifier: 'alias/tsunagu-bdk-t1',
      MessageData: '6B736E',
      Mac: '00'.repeat(16),
      MacLength: 16,
      VerificationAttributes: {
        DukptCmac: { KeySerialNumber: dukpt.ksn, DukptKeyVariant: 'REQUEST', DukptDerivationType: 'AES_128' },
      },
    });
  });

  it('sends cryptograms with their padding, and reads the answer cryptogram', async () => {
    const hsm = await open();
    recorder.handler = async () => ({ body: { AuthResponseValue: '0102030405060708' } });
    const answer = await hsm.verifyArqc({
      key: { provider: 'aws-payment-cryptography', id: 'imk' },
      derivation: 'A',
      session: 'emv-common',
      pan: Buffer.from('4111111111111111'),
      psn: '00',
      atc: '0001',
      data: Buffer.alloc(7, 1),
      padding: 2,
      arqc: Buffer.alloc(8, 2),
      arpc: { method: 2, csu: Buffer.alloc(4) },
    });
    expect(answer).toEqual({ valid: true, arpc: Buffer.from('0102030405060708', 'hex') });
    expect(recorder.calls.at(-1)!.body).toMatchObject({
      TransactionData: `${'01'.repeat(7)}80`,
      MajorKeyDerivationMode: 'EMV_OPTION_A',
      SessionKeyDerivationAttributes: {
        EmvCommon: {
          PrimaryAccountNumber: '4111111111111111',
          PanSequenceNumber: '00',
          ApplicationTransactionCounter: '0001',
        },
      },
      AuthResponseAttributes: { ArpcMethod2: { CardStatusUpdate: '00000000' } },
    });
  });

  it.each([
    ['a failed check is no', { error: 'VerificationFailedException' }, false],
    ['a key that is not there', { error: 'ResourceNotFoundException' }, 'key_unknown'],
    ['a role without the right', { status: 403, error: 'AccessDeniedException' }, 'usage_denied'],
    ['a body that it does not take', { error: 'ValidationException' }, 'format'],
    ['throttling', { error: 'ThrottlingException' }, 'unavailable'],
    ['throttling by status', { status: 429, error: 'TooMany' }, 'unavailable'],
    ['a fault of the service', { status: 500, error: 'InternalServerException' }, 'unavailable'],
    ['a line that is cut', { isCut: true }, 'unavailable'],
  ])('reads %s', async (_, reply, meaning) => {
    const hsm = await open();
    const before = recorder.calls.length;
    recorder.handler = async () => reply;
    const read = await verify(hsm).catch((error: { reason: string }) => error.reason);
    expect(read).toBe(meaning);
    expect(recorder.calls.length - before).toBe(1); // never asked twice
  });

  it('is refused, as unavailable, when its keys of the account are wrong', async () => {
    await expect(open({ credentials: { ...RECORDER_IDENTITY, secretAccessKey: 'wrong' } })).rejects.toMatchObject({
      reason: 'unavailable',
    });
    expect(recorder.refused).toHaveLength(1);
  });

  it('keeps the master key of its store as a KMS ciphertext, the same for every process', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    const kek = { id: 'pan-kek', usage: 'D0', type: 'AES256', scope: 'pan-kek' } as const;
    const { key } = await one!.generateKey(kek);
    const iv = Buffer.alloc(12, 1);
    const sealed = await one!.encrypt({ key, mode: 'GCM', iv, data: Buffer.from('x') });
    expect((await two!.decrypt({ key, mode: 'GCM', iv, data: sealed })).toString()).toBe('x');
    expect((await readdir(directory)).sort()).toEqual(['keys', 'lmk.kms']);
    expect(await readFile(join(directory, 'lmk.kms'))).toHaveLength(64);
    await writeFile(join(directory, 'lmk.kms'), Buffer.alloc(64));
    await expect(open()).rejects.toMatchObject({ reason: 'unavailable' });
    await rm(join(directory, 'lmk.kms'));
    await expect(open()).rejects.toThrow('restore HSM_DIR from backup');
  });

  it('refuses fast what the quota does not hold', async () => {
    const hsm = await open({ callsPerSecond: 10 });
    recorder.handler = async () => ({ body: {} });
    const before = recorder.calls.length;
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => verify(hsm)));
    const refused = answers.filter((one) => one.status === 'rejected');
    expect(refused.length).toBeGreaterThan(80);
    expect(refused[0]!.reason).toMatchObject({ reason: 'unavailable', facts: { detail: 'quota' } });
    expect(recorder.calls.length - before).toBe(answers.length - refused.length); // the service never sees a refused one
  });

  it('[C10] is left alone by the guard while it is gone, and used again after the pause', async () => {
    let nowMs = 0;
    const hsm = await open();
    const guard = new GuardedHsm(
      hsm,
      {},
      () => undefined,
      () => nowMs,
    );
    const check = () => guard.dukptVerifyMac(dukpt, { alg: 'AES-CMAC-16', data: Buffer.from('ksn'), mac });
    const mac = Buffer.alloc(16);
    const before = recorder.calls.length;
    recorder.handler = async () => ({ isCut: true });
    const answers: unknown[] = [];
    for (let i = 0; i < 20; i += 1) answers.push(await check().catch((error: { code: string }) => error.code));
    expect(new Set(answers)).toEqual(new Set(['card_service_unavailable']));
    expect(recorder.calls.length - before).toBe(HSM_LIMITS.failuresMax);
    recorder.handler = async () => ({ body: {} });
    nowMs = HSM_LIMITS.coolDownMs;
    expect(await check()).toBe(true);
  });
});
