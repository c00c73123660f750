/** What a link's peer gets wrong and we take all the same: each by its name, none by default, and never when we write. */
export const LENIENT_SWITCHES = [
  'allowNonZeroPad',
  'allowTrailing',
  'allowLowerCaseHex',
  'allowUnlistedMti',
  'allowBadContent',
] as const;
export type LenientSwitch = (typeof LENIENT_SWITCHES)[number];
/**
 * `allowNonZeroPad` any spare nibble · `allowTrailing` bytes after the last field are dropped · `allowLowerCaseHex` in hex bitmaps
 * and fields · `allowUnlistedMti` class, function or originator outside the table (the edition still has to fit) ·
 * `allowBadContent` dates and inner layouts are left to the validator.
 */
export type Leniency = Readonly<Record<LenientSwitch, boolean>>;

export function leniencyOf(switches: readonly LenientSwitch[]): Leniency {
  return Object.fromEntries(LENIENT_SWITCHES.map((name) => [name, switches.includes(name)])) as Leniency;
}
