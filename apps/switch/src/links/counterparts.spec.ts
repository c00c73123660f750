import { AppConfig } from '@tsunagu/platform';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { counterparts } from './counterparts.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'links-'))));
afterAll(() => rmSync(folder, { recursive: true }));

it('names every host of every link, the vault and the intake, and nobody else [C13]', () => {
  const file = join(folder, 'links.json');
  const link = { connector: 'jcb', acquirerId: '1', forwardingId: '2', brands: ['jcb'] };
  const endpoints = [
    { name: 'east', role: 'primary', host: 'a.issuer.example', port: 7001 },
    { name: 'west', role: 'dr', host: 'b.issuer.example', port: 7002 },
  ];
  const links = [
    { ...link, name: 'jcb', endpoints },
    { ...link, name: 'cup', host: '10.1.2.3', port: 7003 },
  ];
  writeFileSync(file, JSON.stringify(links));
  const env = {
    LINKS_FILE: file,
    VAULT_URL: 'https://vault.house',
    INTAKE_URL: 'https://api.house:4001',
    REDIS_URL: 'redis://r',
  };
  expect(counterparts(AppConfig.fromEnv('switch', env))).toEqual([
    'a.issuer.example:7001',
    'b.issuer.example:7002',
    '10.1.2.3:7003',
    'https://vault.house',
    'https://api.house:4001',
  ]);
});
