import { EgressGuard, addressOf, readEgressList, type AppConfig } from '@tsunagu/platform';

/** Services of AWS that the provider of that name asks, with the setting that names another endpoint for each. */
const AWS_SERVICES = {
  AWS_PAYMENT_DATA_ENDPOINT: 'dataplane.payment-cryptography',
  AWS_PAYMENT_CONTROL_ENDPOINT: 'controlplane.payment-cryptography',
  AWS_KMS_ENDPOINT: 'kms',
} as const;

/** Everything that a vault may connect to: its database, its HSM where that is a service, and what EGRESS_ALLOW adds. */
export function vaultAddresses(config: AppConfig): string[] {
  return [
    addressOf(config.databaseUrl.reveal(), 5432),
    ...(config.optional('HSM_PROVIDER') === 'aws-payment-cryptography' ? awsAddresses(config) : []),
    ...readEgressList(config.optional('EGRESS_ALLOW')),
  ];
}

/** No way out of the vault but to those, in production. @throws ConfigError EGRESS_ALLOW cannot be read */
export function guardVaultEgress(config: AppConfig): EgressGuard | undefined {
  return config.isProduction ? EgressGuard.install(vaultAddresses(config)) : undefined;
}

function awsAddresses(config: AppConfig): string[] {
  const region = config.required('AWS_REGION');
  return Object.entries(AWS_SERVICES).map(([setting, service]) =>
    addressOf(config.optional(setting) ?? `https://${service}.${region}.amazonaws.com`, 443),
  );
}
