import { describe, expect, it } from 'vitest';
import { AppConfig } from './app-config.js';

const SECRET = 'ab'.repeat(32);

describe('the configuration of a process', () => {
  it('reads its surroundings once, with defaults for a sandbox', () => {
    const config = AppConfig.fromEnv('api', { PORT: '4000', NODE_NAME: 'api-1', INTERNAL_SECRET: SECRET });
    expect(config).toMatchObject({
      app: 'api',
      mode: 'sandbox',
      isProduction: false,
      port: 4000,
      adminPort: null,
      redisUrl: null,
      nodeName: 'api-1',
      logLevel: 'info',
    });
    expect(config.internalSecret.reveal()).toBe(SECRET);
  });

  it.each([
    ['TSUNAGU_MODE', 'staging'],
    ['PORT', '65536'],
    ['PORT', '4000;'],
    ['REDIS_URL', 'http://x'],
    ['VAULT_URL', 'not a url'],
    ['LOG_LEVEL', 'loud'],
    ['NODE_NAME', 'Übel'],
    ['INTERNAL_SECRET', 'short-and-secret'],
  ])('refuses %s=%s and names the variable, never its value', (variable, value) => {
    const read = () => AppConfig.fromEnv('api', { [variable]: value });
    expect(read).toThrow(variable);
    expect(read).not.toThrow(value);
  });

  it('asks for a variable only when it is needed', () => {
    const config = AppConfig.fromEnv('worker', {});
    expect(() => config.databaseUrl).toThrow('DATABASE_URL');
    expect(() => config.internalSecret).toThrow('INTERNAL_SECRET');
    expect(() => config.hexKey('WEBHOOK_KEY', 32)).toThrow('WEBHOOK_KEY');
    expect(() => config.required('SIMULATOR_DIR')).toThrow('SIMULATOR_DIR');
    expect(config.optional('SIMULATOR_DIR')).toBeNull();
  });

  it('takes a key of exactly its length', () => {
    const config = AppConfig.fromEnv('api', { RIGHT: SECRET, SHORT: 'abcd', WRONG: 'zz'.repeat(32) });
    expect(config.hexKey('RIGHT', 32).reveal()).toHaveLength(32);
    expect(() => config.hexKey('SHORT', 32)).toThrow('SHORT');
    expect(() => config.hexKey('WRONG', 32)).toThrow('WRONG');
  });

  it('takes whole numbers within a range', () => {
    const config = AppConfig.fromEnv('api', { A: '5', B: '500', C: '1.5', D: '-1' });
    const range = { min: 1, max: 10 };
    expect(config.whole('A', 3, range)).toBe(5);
    expect(config.whole('NONE', 3, range)).toBe(3);
    for (const name of ['B', 'C', 'D']) expect(() => config.whole(name, 3, range)).toThrow(name);
  });

  it('shows no secret when it is printed', () => {
    const config = AppConfig.fromEnv('api', { DATABASE_URL: 'postgresql://u:swordfish@h/d', INTERNAL_SECRET: SECRET });
    expect(JSON.stringify(config)).not.toMatch(/swordfish|abab/);
  });
});
