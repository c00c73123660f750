const JST_OFFSET_MS = 9 * 3_600_000;

function digits(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, '');
}

/** Field 7: MMDDhhmmss, UTC. */
export function transmissionTime(at: number): string {
  return digits(at).slice(4, 14);
}

/** YYMMDD in Japan. */
export function dateInJapan(at: number): string {
  return digits(at + JST_OFFSET_MS).slice(2, 8);
}

/** Field 12: YYMMDDhhmmss in Japan. */
export function localTime(at: number): string {
  return digits(at + JST_OFFSET_MS).slice(2, 14);
}
