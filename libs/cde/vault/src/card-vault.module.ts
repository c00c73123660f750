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
import { AuditVerifyController } from './audit/audit-verify.controller.js';
import { Components } from './ceremony/components.service.js';
import { CustodianSuccession } from './ceremony/custodian-succession.service.js';
import { Custodians } from './ceremony/custodians.service.js';
import { KeyArrivals } from './ceremony/key-arrivals.service.js';
import { KeyCeremonyController } from './ceremony/key-ceremony.controller.js';
import { KeyOrders } from './ceremony/key-orders.service.js';
import { KeyReports, ReportSources } from './ceremony/key-reports.service.js';
import { DeviceRegistry } from './device/device-registry.js';
import { BaseKeys } from './device/base-keys.service.js';
import { DeviceLoader, EnrolmentCodes } from './device/device-loader.service.js';
import { DeviceMoves } from './device/device-moves.service.js';
import { DevicesController } from './device/devices.controller.js';
import { EnrolDeviceController } from './device/enrol-device.controller.js';
import { DeviceBook, EnrolDeviceService } from './device/enrol-device.service.js';
import { CardKeys } from './keys/card-keys.js';
import { Fingerprints } from './keys/fingerprints.js';
import { openAuditAnchor, openVaultHsm } from './keys/hsm.factory.js';
import { DataKeyRotation, RotationPlace } from './keys/data-key-rotation.service.js';
import { IndexRotation, IndexedCards } from './keys/index-rotation.service.js';
import { KeyRenewal } from './keys/key-renewal.service.js';
import { HouseKeys } from './keys/house-keys.service.js';
import { KeptKeys, KeyKeeper, KeyRotations } from './keys/key-keeper.service.js';
import { KeyBook } from './inventory/key-book.repository.js';
import { KeyInventory } from './inventory/key-inventory.service.js';
import { KeyRing } from './inventory/key-ring.js';
import { EnvelopeKeys, KeySchedule } from './inventory/key-schedule.service.js';
import { KeyWatch } from './inventory/key-watch.js';
import { CertificateSigner } from './erase/certificate-signer.js';
import { ErasureResumer } from './erase/erasure-resumer.js';
import { ErasureRepository } from './erase/erasure.repository.js';
import { ErasureHands, TenantEraser } from './erase/tenant-eraser.service.js';
import { TokenGroups } from './group/token-groups.js';
import { TenantDecisionsController } from './orders/tenant-decisions.controller.js';
import { TenantDecisions } from './orders/tenant-decisions.service.js';
import { TenantOrders } from './orders/tenant-orders.service.js';
import { TokenChanges } from './lifecycle/token-changes.js';
import { TokenDesk } from './lifecycle/token-desk.service.js';
import { TokenTrail } from './lifecycle/token-trail.js';
import { TokenRepository } from './lifecycle/token.repository.js';
import { TokensController } from './lifecycle/tokens.controller.js';
import { CardOpener } from './open/card-opener.js';
import { KsnClaimRepository } from './open/ksn-claim.repository.js';
import { OpenCardController } from './open/open-card.controller.js';
import { OpenCardLookups, OpenCardService } from './open/open-card.service.js';
import { OpenRecorder } from './open/open-recorder.js';
import { OpenWatch } from './open/open-watch.js';
import { CardReencryption, ReencryptionPlace, ReencryptionStores } from './reencrypt/card-reencryption.service.js';
import { ReencryptionLoop } from './reencrypt/reencryption-loop.js';
import { RevealController } from './reveal/reveal.controller.js';
import { AddPinController } from './pin/add-pin.controller.js';
import { AddPinService, HeldCards } from './pin/add-pin.service.js';
import { SealAccountController } from './seal/seal-account.controller.js';
import { SealAccountService } from './seal/seal-account.service.js';
import { StoredAccounts } from './seal/stored-accounts.js';
import { CardRepository } from './token/card.repository.js';
import { PanOpener } from './token/pan-opener.js';
import { LineStores, LineWorker } from './transfer/line-worker.js';
import { JobPlace, TokenJobRunner } from './transfer/token-job-runner.js';
import { TokenJobRepository } from './transfer/token-job.repository.js';
import { TakeCardController } from './take/take-card.controller.js';
import { TakeCardService, TakenCards } from './take/take-card.service.js';
import { TokenJobsController } from './transfer/token-jobs.controller.js';
import { TokenJobs } from './transfer/token-jobs.service.js';
import { PaymentPulse } from './open/payment-pulse.js';
import { TenantKeks } from './token/tenant-keks.js';
import { TenantDataKeys } from './token/tenant-data-keys.js';

/** Everything of the vault behind its three internal doors. Needs the platform with a database. */
@Module({
  controllers: [
    OpenCardController,
    TakeCardController,
    AddPinController,
    SealAccountController,
    EnrolDeviceController,
    DevicesController,
    KeyCeremonyController,
    AuditVerifyController,
    TokensController,
    TenantDecisionsController,
    TokenJobsController,
    RevealController,
  ],
  providers: [
    { provide: HsmProvider, useFactory: openVaultHsm, inject: [AppConfig, AppLogger, HealthChecks, Metrics] },
    {
      provide: EnvelopeSealer,
      useFactory: (hsm: HsmProvider, clock: Clock) => new EnvelopeSealer(hsm, clock),
      inject: [HsmProvider, Clock],
    },
    { provide: AuditSeal, useFactory: (hsm: HsmProvider) => AuditSeal.open(hsm), inject: [HsmProvider] },
    { provide: AuditAnchor, useFactory: openAuditAnchor, inject: [AppConfig, Clock] },
    AddPinService,
    AuditChainRepository,
    AuditChainer,
    AuditLog,
    AuditVerifier,
    AuditWatch,
    CardKeys,
    CardOpener,
    CardReencryption,
    CardRepository,
    CertificateSigner,
    Components,
    CustodianSuccession,
    Custodians,
    BaseKeys,
    DeviceBook,
    DeviceLoader,
    DeviceMoves,
    DeviceRegistry,
    EnrolDeviceService,
    EnrolmentCodes,
    EnvelopeKeys,
    ErasureHands,
    ErasureRepository,
    ErasureResumer,
    Fingerprints,
    HeldCards,
    DataKeyRotation,
    RotationPlace,
    HouseKeys,
    IndexRotation,
    IndexedCards,
    KeptKeys,
    KeyArrivals,
    KeyBook,
    KeyInventory,
    KeyKeeper,
    KeyOrders,
    KeyRenewal,
    KeyReports,
    KeyRing,
    KeyRotations,
    KeySchedule,
    KeyWatch,
    JobPlace,
    LineStores,
    LineWorker,
    KsnClaimRepository,
    OpenCardLookups,
    OpenCardService,
    OpenRecorder,
    OpenWatch,
    PanOpener,
    PaymentPulse,
    ReencryptionLoop,
    ReencryptionPlace,
    ReencryptionStores,
    ReportSources,
    SealAccountService,
    StoredAccounts,
    TakeCardService,
    TakenCards,
    TenantDataKeys,
    TenantKeks,
    TenantDecisions,
    TenantEraser,
    TenantOrders,
    TokenChanges,
    TokenGroups,
    TokenJobRepository,
    TokenJobRunner,
    TokenJobs,
    TokenDesk,
    TokenRepository,
    TokenTrail,
  ],
})
export class CardVaultModule {}
