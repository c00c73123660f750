import { INTAKE_ROUTES } from './intake.js';
import { SWITCH_ROUTES } from './switch.js';
import { VAULT_ROUTES } from './vault.js';

export type Caller = 'api' | 'worker' | 'vault' | 'switch' | 'operator';

/** Allow-list of caller × operation inside the house. A pair that is not here is refused and counted. */
export const INTERNAL_ROUTES: Readonly<Record<string, readonly Caller[]>> = {
  [VAULT_ROUTES.open]: ['api', 'switch'],
  [VAULT_ROUTES.takeCard]: ['switch'],
  [VAULT_ROUTES.sealAccount]: ['api'],
  [VAULT_ROUTES.enrolDevice]: ['operator'],
  [VAULT_ROUTES.deviceCode]: ['operator', 'api'],
  [VAULT_ROUTES.deviceLoad]: ['operator'],
  [VAULT_ROUTES.deviceState]: ['operator', 'api'],
  [VAULT_ROUTES.keyReport]: ['operator'],
  [VAULT_ROUTES.keyGenerate]: ['operator'],
  [VAULT_ROUTES.keyComponent]: ['operator'],
  [VAULT_ROUTES.keyImport]: ['operator'],
  [VAULT_ROUTES.keyOrder]: ['operator'],
  [VAULT_ROUTES.keyApprove]: ['operator'],
  [VAULT_ROUTES.custodians]: ['operator'],
  [VAULT_ROUTES.auditVerify]: ['operator'],
  [VAULT_ROUTES.tokenRead]: ['api'],
  [VAULT_ROUTES.tokenList]: ['api'],
  [VAULT_ROUTES.tokenUpdate]: ['api'],
  [VAULT_ROUTES.tokenRevoke]: ['api'],
  [VAULT_ROUTES.tokenTrail]: ['api'],
  [VAULT_ROUTES.tokenReveal]: ['switch'],
  [VAULT_ROUTES.tokenNetwork]: ['switch'],
  [VAULT_ROUTES.tokenChanges]: ['api'],
  [VAULT_ROUTES.tokenChangesTold]: ['api'],
  [VAULT_ROUTES.tenantOrder]: ['operator'],
  [VAULT_ROUTES.tenantApprove]: ['operator'],
  [VAULT_ROUTES.tokenJobBegin]: ['api', 'operator'],
  [VAULT_ROUTES.tokenImportLines]: ['api', 'operator'],
  [VAULT_ROUTES.tokenImportStart]: ['api', 'operator'],
  [VAULT_ROUTES.tokenJobList]: ['api', 'operator'],
  [VAULT_ROUTES.tokenJobRead]: ['api', 'operator'],
  [VAULT_ROUTES.tokenJobResults]: ['api', 'operator'],
  [VAULT_ROUTES.certificateKey]: ['operator'],
  [INTAKE_ROUTES.accept]: ['switch'],
  [INTAKE_ROUTES.move]: ['switch'],
  [INTAKE_ROUTES.giveUp]: ['switch'],
  [SWITCH_ROUTES.submit]: ['worker'],
  [SWITCH_ROUTES.reverse]: ['worker'],
  [SWITCH_ROUTES.outcomes]: ['worker'],
  [SWITCH_ROUTES.links]: ['operator'],
};
