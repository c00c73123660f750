import { ConfigError, type AppConfig } from '../config/app-config.js';
import { EgressGuard, addressOf } from './egress-guard.js';

/** Services of AWS that the HSM provider of that name asks, with the setting that names another endpoint for each. */
const AWS_SERVICES = {
  AWS_PAYMENT_DATA_ENDPOINT: 'dataplane.payment-cryptography',
  AWS_PAYMENT_CONTROL_ENDPOINT: 'controlplane.payment-cryptography',
  AWS_KMS_ENDPOINT: 'kms',
} as const;

/**
 * No way out of a process of the card zone, in production, but to its database, its HSM where that is a service, what the caller names
 * and what EGRESS_ALLOW adds.
 * @param more `host:port` of counterparts, and URLs of the processes of the house that this one asks; read in production only
 * @returns undefined in the sandbox
 * @throws ConfigError EGRESS_ALLOW cannot be read
 */
export function guardEgress(config: AppConfig, more: () => readonly string[] = () => []): EgressGuard | undefined {
  return config.isProduction ? EgressGuard.install(addressesOf(config, more())) : undefined;
}

/** `host:port` of everything that it may reach. @throws ConfigError EGRESS_ALLOW cannot be read */
export function addressesOf(config: AppConfig, more: readonly string[]): string[] {
  return [
    addressOf(config.databaseUrl.reveal(), 5432),
    ...more.map((one) =>
      one.includes('://') ? addressOf(one, one.startsWith('https:') ? 443 : 80) : one.toLowerCase(),
    ),
    ...(config.optional('HSM_PROVIDER') === 'aws-payment-cryptography' ? awsAddresses(config) : []),
    ...readEgressList(config.optional('EGRESS_ALLOW')),
  ];
}

function awsAddresses(config: AppConfig): string[] {
  const region = config.required('AWS_REGION');
  return Object.entries(AWS_SERVICES).map(([setting, service]) =>
    addressOf(config.optional(setting) ?? `https://${service}.${region}.amazonaws.com`, 443),
  );
}

/** Addresses of EGRESS_ALLOW: `host:port`, separated by commas. @throws ConfigError one of them is not of that form */
export function readEgressList(text: string | null): string[] {
  const addresses = (text ?? '').split(',').map((one) => one.trim().toLowerCase());
  const named = addresses.filter((one) => one !== '');
  if (!named.every((one) => /^[a-z0-9.:_-]{1,253}:[0-9]{1,5}$/.test(one))) {
    throw new ConfigError('EGRESS_ALLOW', 'must list host:port, separated by commas');
  }
  return named;
}
