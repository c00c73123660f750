import type { Migration } from '@tsunagu/platform';

const OWNERS: readonly (readonly [lib: string, list: string])[] = [
  ['@tsunagu/platform', 'platformMigrations'],
  ['@tsunagu/merchants', 'merchantsMigrations'],
  ['@tsunagu/payments', 'paymentsMigrations'],
  ['@tsunagu/notify', 'notifyMigrations'],
  ['@tsunagu/card-vault', 'vaultMigrations'],
  ['@tsunagu/switching', 'switchMigrations'],
];

/** Every migration of the house, in the order of their timestamps. */
export async function allMigrations(): Promise<Migration[]> {
  const lists: Migration[] = [];
  for (const [lib, list] of OWNERS) {
    try {
      const found = ((await import(/* @vite-ignore */ lib)) as Record<string, Migration[] | undefined>)[list];
      if (found === undefined) console.warn(`migrate: ${lib} exports no ${list} yet`);
      else lists.push(...found);
    } catch (error) {
      console.warn(`migrate: ${lib} cannot be loaded yet: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  return lists;
}
