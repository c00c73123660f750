import { defineSpec, readSpec, SpecError, type Spec, type WireProfileName } from '@tsunagu/iso8583';
import { isRecord, type ConfigEntry } from './config-fields.js';

/** Their wire is that of the MAC, which follows the profile. */
const MAC_FIELDS = ['64', '128'];

/**
 * What a link writes differently from its profile: `dialect: { fields, lenient }`, read as `readSpec` of `@tsunagu/iso8583` does.
 * @throws LinkConfigError names the entry inside the dialect
 */
export function readDialect(entry: ConfigEntry, profile: WireProfileName): Spec | undefined {
  const inner = entry.inner('dialect')?.allowOnly('fields', 'lenient');
  if (inner === undefined) return undefined;
  const { fields = {}, lenient = [] } = inner.content;
  const named = isRecord(fields) ? Object.keys(fields) : [];
  const mac = named.find((field) => MAC_FIELDS.includes(field));
  if (mac !== undefined) throw inner.fault(`fields.${mac}`, 'carries the MAC: it follows the profile');
  try {
    return readSpec({ profile, fields, lenient });
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw inner.fault(error.entry, error.rule);
  }
}

/** What is spoken on a link: its dialect, else its profile as it stands. For whoever makes the codec of a line. */
export function specOf(link: { readonly profile: WireProfileName; readonly dialect?: Spec }): Spec {
  return link.dialect ?? defineSpec(link.profile);
}
