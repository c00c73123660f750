/** Who is asking. First argument of every service method; made from the credential alone, or from a job. */
export interface TenantContext {
  readonly tenantId: string;
  readonly requestId: string;
  /** Limits a terminal or store key to its node of the tree; absent for a tenant-wide key. */
  readonly storeId?: string;
  readonly terminalId?: string;
  /** Public id of the credential, for audit. */
  readonly credentialId?: string;
}
