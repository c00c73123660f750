export function watchDisk(
  dataDir: string,
  say: (line: string) => void,
  given?: { lookMs?: number; freeBytes?: () => Promise<number> },
): () => void;
