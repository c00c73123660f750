import {
  ConversionQuotes,
  VaultPort,
  type AddPinRequest,
  type ConversionAnswer,
  type ConversionAsk,
  type EnrolDeviceAnswer,
  type CardBrand,
  type OpenCardAnswer,
  type OpenCardRequest,
  type SealAccountRequest,
  type SealedEnvelope,
  type TenantContext,
} from '@tsunagu/contracts';
import type { CardDisplay } from '@tsunagu/contracts';
import { MerchantDirectory, type MerchantTerminal } from '@tsunagu/payments';
import { DatabaseUnavailableError, WakeUps, type Metrics } from '@tsunagu/platform';
import type { Life } from './virtual-world.js';

const BIN6: Readonly<Partial<Record<CardBrand, string>>> = { jcb: '353011', visa: '411111', unionpay: '621094' };
const CARD: CardDisplay = {
  brand: 'jcb',
  bin6: '353011',
  last4: '0000',
  expMonth: 12,
  expYear: 2030,
  funding: 'credit',
  country: 'JP',
  issuerName: null,
};
const TOKEN = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01';
const TOKEN_OF_ANOTHER = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b09';
const ANOTHER = 'another ';

/** What a till shows: the card that it has shown before, or one that lay beside it. */
export const shownCard = (brand: CardBrand, isAnother = false): string => (isAnother ? ANOTHER : '') + brand;
/** Account part of an envelope; the name of the card is all that is in it. */
export const sealedAccount = (isAnother: boolean): SealedEnvelope['account'] =>
  isAnother ? 'account.of another' : 'account.sealed';

/** A vault that knows two cards of each brand, whose names are the ciphertext; the KSN rules have tests of their own. */
export class StandInVault extends VaultPort {
  constructor(private readonly life: Life) {
    super();
  }

  override open({ card }: OpenCardRequest): Promise<OpenCardAnswer> {
    const isAnother = card.ciphertext.startsWith(ANOTHER);
    const brand = card.ciphertext.slice(isAnother ? ANOTHER.length : 0) as CardBrand;
    const envelope: SealedEnvelope = { sad: 'sad.sealed', account: sealedAccount(isAnother) };
    const shown = {
      ...CARD,
      brand,
      bin6: BIN6[brand] ?? CARD.bin6,
      currency: brand === 'visa' ? ('USD' as const) : null,
    };
    return this.life.ask(() => ({ tokenId: isAnother ? TOKEN_OF_ANOTHER : TOKEN, card: shown, envelope }));
  }

  override sealAccount({ tokenId }: SealAccountRequest): Promise<{ card: CardDisplay; envelope: SealedEnvelope }> {
    const account = sealedAccount(tokenId === TOKEN_OF_ANOTHER);
    return this.life.ask(() => ({ card: CARD, envelope: { sad: null, account } }));
  }

  override addPin({ envelope }: AddPinRequest): Promise<{ envelope: SealedEnvelope }> {
    return this.life.ask(() => ({ envelope: { ...envelope, sad: 'sad.sealed+pin' } }));
  }

  override enrolDevice(): Promise<EnrolDeviceAnswer> {
    return Promise.reject(new Error('no device is enrolled in a simulation'));
  }
}

/** A rate provider that is away now and then, and whose offers end before some holders have read them. */
export class StandInQuotes extends ConversionQuotes {
  constructor(private readonly life: Life) {
    super();
  }

  override quote({ amountMinor }: ConversionAsk): Promise<ConversionAnswer> {
    const { world } = this.life;
    return this.life.ask((): ConversionAnswer => {
      if (world.random.chance(0.1)) return { kind: 'none', why: 'unavailable' };
      const rateAt = world.wallTime;
      const expiresAt = new Date(rateAt.getTime() + world.random.between(6_000, 40_000));
      const foreignMinor = Math.max(1, Math.round(amountMinor * 0.67));
      const words = { ja: '', en: '', 'zh-Hans': '', 'zh-Hant': '', ko: '' };
      const source = {
        rateSource: 'stand-in',
        rateAt,
        expiresAt,
        providerReference: `q-${rateAt.getTime()}`,
        disclaimer: '',
      };
      const quote = {
        currency: 'USD',
        foreignMinor,
        rate: '0.0067',
        markupBps: 300,
        ...source,
        disclosure: words,
      } as const;
      return { kind: 'quoted', quote };
    });
  }
}

/** Every terminal exists. */
export class StandInDirectory extends MerchantDirectory {
  override terminal(_ctx: TenantContext, terminalId: string): Promise<MerchantTerminal> {
    return Promise.resolve({
      id: terminalId,
      storeId: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b02',
      blocked: false,
      wireTerminal: `TSN0000${terminalId.slice(-1)}`,
      wireMerchant: 'M00000000000001',
      mcc: '5411',
      storeName: 'SIMULATION',
      cutOffMinutes: 0,
      methods: ['credit', 'nfc', 'unionpay', 'dcc'],
      dccCurrencies: ['USD'],
    });
  }
}

/** Wake-ups may all be lost: nothing may depend on them. */
export class StandInWakeUps extends WakeUps {
  override publish(): Promise<void> {
    return Promise.resolve();
  }

  override subscribe(): () => void {
    return () => undefined;
  }

  override listening(): Promise<void> {
    return Promise.resolve();
  }
}

const nothing = () => undefined;

/** Counts that nobody reads: a registry of its own for each of a million lives would be most of the work. */
export const SILENT_METRICS = {
  counter: () => ({ inc: nothing }),
  gauge: () => ({ set: nothing, inc: nothing, dec: nothing }),
  histogram: () => ({ observe: nothing }),
} as unknown as Metrics;

/**
 * A database as one process sees it: every call is a round trip that may be cut off by the caller's death, and sometimes the
 * connection is lost before or after the commit.
 */
export function overTheNetwork<Port extends object>(port: Port, life: Life, lossShare: () => number): Port {
  return new Proxy(port, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...values: unknown[]) =>
        life.ask(() => {
          if (life.world.random.chance(lossShare())) throw new DatabaseUnavailableError();
          const result = (member as (...given: unknown[]) => unknown).apply(target, values);
          if (!life.world.random.chance(lossShare())) return result;
          return Promise.resolve(result).then(() => {
            throw new DatabaseUnavailableError({ commit: 'unknown' });
          });
        });
    },
  });
}
