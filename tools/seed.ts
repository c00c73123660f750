import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VaultPort, type EnrolDeviceAnswer } from '@tsunagu/contracts';
import { newId, toWireId } from '@tsunagu/kernel';
import { MerchantsModule, SandboxSeed, type SeededTenant, type SeededTerminal } from '@tsunagu/merchants';
import { NotifyWriterModule, WebhookEndpoints } from '@tsunagu/notify';
import { PlatformModule } from '@tsunagu/platform';

@Module({
  imports: [PlatformModule.forRoot({ app: 'operator', database: 2, vault: true }), MerchantsModule, NotifyWriterModule],
})
class SeedModule {}

/** One request id for the whole seeding, so that the vault's log tells it from a till's traffic. */
const REQUEST_ID = `seed-${newId(new Date())}`;

/** Make the sandbox's merchants and load their devices with keys; print what only the caller may see, once. */
async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(SeedModule, { logger: ['error'] });
  try {
    const tenants = await app.get(SandboxSeed).seed(terminalsPerStore());
    const vault = app.get(VaultPort);
    const shown = [];
    const hq = [];
    const webhooks = app.get(WebhookEndpoints);
    for (const tenant of tenants) {
      const { secret } = await webhooks.ensure({ tenantId: tenant.id });
      shown.push({ ...(await describeTenant(tenant, vault)), webhook_secret: secret });
      hq.push(...(await describeHq(tenant, vault)));
    }
    process.stdout.write(JSON.stringify({ tenants: shown, hq }));
  } finally {
    await app.close();
  }
}

/** From `SANDBOX_TERMINALS_PER_STORE`; two, one of each scheme, when it is not set. */
function terminalsPerStore(): number | undefined {
  const text = process.env['SANDBOX_TERMINALS_PER_STORE'];
  if (text === undefined || text === '') return undefined;
  if (!/^[1-9][0-9]?$/.test(text)) throw new RangeError('SANDBOX_TERMINALS_PER_STORE is a whole number from 1 to 99');
  return Number(text);
}

async function describeTenant(tenant: SeededTenant, vault: VaultPort): Promise<object> {
  const stores = [];
  for (const store of tenant.stores) {
    const terminals = [];
    for (const terminal of store.terminals) terminals.push(await describeTerminal(tenant, terminal, vault));
    stores.push({ id: toWireId('str', store.id), terminals });
  }
  return { id: toWireId('ten', tenant.id), name: tenant.name, api_key: tenant.apiKey, stores };
}

/** Lanes of a merchant's payment server, with their readers; nothing for a merchant without one. */
async function describeHq(tenant: SeededTenant, vault: VaultPort): Promise<object[]> {
  if (tenant.hqLanes.length === 0) return [];
  const terminals = [];
  for (const { id, scheme, terminal, merchant } of tenant.hqLanes) {
    const device = await describeTerminal(tenant, { id, scheme }, vault);
    terminals.push({ terminal, merchant, terminal_row: id, ...device });
  }
  return [{ tenant_id: toWireId('ten', tenant.id), tenant_row: tenant.id, terminals }];
}

async function describeTerminal(
  tenant: SeededTenant,
  terminal: Omit<SeededTerminal, 'apiKey'> & { readonly apiKey?: string },
  vault: VaultPort,
): Promise<object> {
  const device: EnrolDeviceAnswer = await vault.enrolDevice({
    tenantId: tenant.id,
    terminalId: terminal.id,
    scheme: terminal.scheme,
    requestId: REQUEST_ID,
  });
  return {
    id: toWireId('trm', terminal.id),
    api_key: terminal.apiKey,
    profile: device.profileName,
    scheme: device.scheme,
    initial_key: device.initialKey,
    initial_key_id: device.initialKeyId,
    next_counter: 1,
    payload: device.payload,
  };
}

await main();
