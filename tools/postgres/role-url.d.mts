export const ROLES: readonly string[];
export function roleUrl(url: string, role: string, database?: string): string;
