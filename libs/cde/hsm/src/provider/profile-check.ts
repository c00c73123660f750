import type { DukptProfile } from '../dukpt/dukpt-profile.js';
import type { HsmCapabilities } from './hsm-provider.js';

/**
 * Why a provider cannot serve the devices of a profile.
 * @returns undefined when it can
 */
export function profileLack(profile: DukptProfile, can: HsmCapabilities): string | undefined {
  const { bdkTypes, workingKeyTypes, dukptModes, macAlgs, dukptMacAlgs = macAlgs } = can;
  if (!bdkTypes.includes(profile.bdkType)) return `it has no ${profile.scheme} under ${profile.bdkType} base keys`;
  if (workingKeyTypes?.includes(profile.workingKeyType) === false)
    return `it derives no ${profile.workingKeyType} working keys`;
  if (!dukptModes.includes(profile.mode)) return `it does not decrypt DUKPT data in ${profile.mode} mode`;
  if (profile.mac !== 'none' && !dukptMacAlgs.includes(profile.mac)) return `it does not check ${profile.mac} MACs`;
  return undefined;
}
