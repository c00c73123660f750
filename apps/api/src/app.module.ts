import { Global, Module } from '@nestjs/common';
import { DccModule } from '@tsunagu/dcc';
import { MerchantDirectoryService, MerchantsModule } from '@tsunagu/merchants';
import { NotifyWriterModule } from '@tsunagu/notify';
import { MerchantDirectory, PaymentsApiModule } from '@tsunagu/payments';
import { PlatformModule } from '@tsunagu/platform';
import { ReceiptsModule } from '@tsunagu/receipts';
import { TokenEventFeed } from './tokens/token-event-feed.js';
import { ApiRoutesModule } from './api-routes.module.js';
import { SimulatorDoor } from './sandbox/simulator-door.js';
import { HqIntakeModule } from './intake/hq-intake.module.js';

/** Where features meet: each port of one is bound to the other's implementation here, and nowhere else. */
@Global()
@Module({
  imports: [MerchantsModule, DccModule],
  providers: [{ provide: MerchantDirectory, useExisting: MerchantDirectoryService }, SimulatorDoor],
  exports: [MerchantsModule, MerchantDirectory, DccModule, SimulatorDoor],
})
class PortsModule {}

/** Payments and slips as the routes see them: routes ask for their ports and know no module. */
@Global()
@Module({ imports: [PaymentsApiModule, ReceiptsModule], exports: [PaymentsApiModule, ReceiptsModule] })
class FeaturesModule {}

@Module({
  imports: [
    PlatformModule.forRoot({ app: 'api', database: true, lanes: true, vault: true }),
    PortsModule,
    NotifyWriterModule,
    FeaturesModule,
    ApiRoutesModule,
    HqIntakeModule,
  ],
  providers: [TokenEventFeed],
})
export class AppModule {}
