import { Module } from '@nestjs/common';
import { EnvelopeSealer, HsmProvider } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { AppConfig, AppLogger, HealthChecks, Metrics } from '@tsunagu/platform';
import { AuditAnchor } from './audit/audit-anchor.js';
import { AuditChainRepository } from './audit/audit-chain.repository.js';
import { AuditChainer } from './audit/audit-chainer.service.js';
import { AuditLog } from './audit/audit-log.js';
import { AuditSeal } from './audit/audit-seal.js';
import { AuditVerifier } from './audit/audit-verifier.js';
import { AuditWatch } from './audit/audit-watch.js';
import { DeviceRegistry } from './device/device-registry.js';
import { EnrolDeviceController } from './device/enrol-device.controller.js';
import { DeviceBook, EnrolDeviceService } from './device/enrol-device.service.js';
import { Fingerprints } from './keys/fingerprints.js';
import { openAuditAnchor, openVaultHsm } from './keys/hsm.factory.js';
import { KeyKeeper } from './keys/key-keeper.service.js';
import { CardOpener } from './open/card-opener.js';
import { KsnClaimRepository } from './open/ksn-claim.repository.js';
import { OpenCardController } from './open/open-card.controller.js';
import { OpenCardLookups, OpenCardService } from './open/open-card.service.js';
import { OpenRecorder } from './open/open-recorder.js';
import { OpenWatch } from './open/open-watch.js';
import { SealAccountController } from './seal/seal-account.controller.js';
import { SealAccountService, StoredAccounts } from './seal/seal-account.service.js';
import { CardRepository } from './token/card.repository.js';
import { TenantDataKeys } from './token/tenant-data-keys.js';

/** Everything of the vault behind its three internal doors. Needs the platform with a database. */
@Module({
  controllers: [OpenCardController, SealAccountController, EnrolDeviceController],
  providers: [
    { provide: HsmProvider, useFactory: openVaultHsm, inject: [AppConfig, AppLogger, HealthChecks, Metrics] },
    {
      provide: EnvelopeSealer,
      useFactory: (hsm: HsmProvider, clock: Clock) => new EnvelopeSealer(hsm, clock),
      inject: [HsmProvider, Clock],
    },
    { provide: AuditSeal, useFactory: (hsm: HsmProvider) => AuditSeal.open(hsm), inject: [HsmProvider] },
    { provide: AuditAnchor, useFactory: openAuditAnchor, inject: [AppConfig, Clock] },
    AuditChainRepository,
    AuditChainer,
    AuditLog,
    AuditVerifier,
    AuditWatch,
    CardOpener,
    CardRepository,
    DeviceBook,
    DeviceRegistry,
    EnrolDeviceService,
    Fingerprints,
    KeyKeeper,
    KsnClaimRepository,
    OpenCardLookups,
    OpenCardService,
    OpenRecorder,
    OpenWatch,
    SealAccountService,
    StoredAccounts,
    TenantDataKeys,
  ],
})
export class CardVaultModule {}
