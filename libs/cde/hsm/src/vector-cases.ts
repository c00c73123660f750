import { readFileSync } from 'node:fs';

/** Cases of a published vector file, for specs. @param name file in `test/vectors`, without `.json` */
export function vectorCases<Case>(name: string): Case[] {
  const file = new URL(`../../../../test/vectors/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases;
}

/** Upper-case hex, as the vectors write it. */
export function hexOf(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
