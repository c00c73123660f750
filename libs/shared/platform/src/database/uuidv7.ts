/** Smallest UUIDv7 of an instant: the edge of a partition, or of a range of ids by time. */
export function uuidv7Floor(at: Date): string {
  const ms = at.getTime().toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-0000-0000-000000000000`;
}
