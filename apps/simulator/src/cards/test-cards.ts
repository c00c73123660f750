/** A card of the sandbox. All numbers are published test numbers of the brands; no real account has them. */
export interface TestCard {
  readonly name: string;
  readonly brand: 'jcb' | 'visa' | 'mastercard' | 'amex' | 'diners' | 'unionpay';
  readonly pan: string;
  /** YYMM */
  readonly expiry: string;
  readonly serviceCode: string;
  /** `D` as separator, as tag 57 and field 35 write it. */
  readonly track2: string;
  /** PAN sequence number, tag 5F34. */
  readonly psn: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  /** Billing currency of the account. */
  readonly currency: string;
  /** What the issuer has on record; 4 to 12 digits. */
  readonly pin: string;
  /** AIDs of the applications on its chip, hex, the issuer's first choice first. A card of two brands leaves the choice to the holder. */
  readonly applications: readonly string[];
  /** A card inside a phone or watch: it is tapped and nothing else, and its holder has proved himself to the device (CDCVM). */
  readonly device?: 'phone' | 'watch';
}

/** @source payment-features.md §6.1 */
const AID: Readonly<Record<TestCard['brand'], string>> = {
  jcb: 'A0000000651010',
  visa: 'A0000000031010',
  mastercard: 'A0000000041010',
  amex: 'A000000025010402',
  diners: 'A0000001523010',
  unionpay: 'A000000333010101',
};
const PIN = '1234';
/** UnionPay's have six digits. */
const UNIONPAY_PIN = '123456';

const EXPIRY = '3012';

/**
 * Cards by the name that `npm run till -- --card <name>` takes.
 * @source public test card lists of the brands and of payment service providers; `-eur` and `-krw` of multi-currency test lists
 */
export const TEST_CARDS: Readonly<Record<string, TestCard>> = Object.fromEntries(
  [
    card('jcb', 'jcb', '3530111333300000', '201', 'credit', 'JPY'),
    card('visa', 'visa', '4111111111111111', '201', 'credit', 'JPY'),
    card('mastercard', 'mastercard', '5555555555554444', '201', 'credit', 'JPY'),
    card('amex', 'amex', '378282246310005', '201', 'credit', 'JPY'),
    card('diners', 'diners', '30569309025904', '201', 'credit', 'JPY'),
    card('unionpay', 'unionpay', '6200000000000005', '220', 'debit', 'CNY'),
    card('visa-debit', 'visa', '4000056655665556', '220', 'debit', 'JPY'),
    card('mastercard-prepaid', 'mastercard', '5105105105105100', '201', 'prepaid', 'JPY'),
    card('visa-usd', 'visa', '4242424242424242', '201', 'credit', 'USD'),
    card('visa-eur', 'visa', '4300020000009784', '201', 'credit', 'EUR'),
    card('visa-krw', 'visa', '4123320000004107', '201', 'credit', 'KRW'),
    card('visa-kwd', 'visa', '4012888888881881', '201', 'credit', 'KWD'),
    card('mastercard-eur', 'mastercard', '5204740000009781', '201', 'debit', 'EUR'),
    card('jcb-stripe', 'jcb', '3566002020360505', '101', 'credit', 'JPY'),
    card('unionpay-19', 'unionpay', '6205500000000000004', '220', 'credit', 'CNY'),
    {
      ...card('unionpay-visa', 'unionpay', '6200000000000047', '220', 'credit', 'CNY'),
      applications: [AID.unionpay, AID.visa],
    },
    { ...card('visa-phone', 'visa', '4761739001010119', '201', 'credit', 'JPY'), device: 'phone' as const },
    { ...card('mastercard-watch', 'mastercard', '2223000048400011', '201', 'credit', 'JPY'), device: 'watch' as const },
  ].map((entry) => [entry.name, entry]),
);

/** Brands that a holder may choose between, by the applications on the chip; the issuer's first choice first. */
export function brandsOf({ applications }: Pick<TestCard, 'applications'>): TestCard['brand'][] {
  const brands = Object.keys(AID) as TestCard['brand'][];
  return applications.flatMap((aid) => brands.filter((brand) => AID[brand] === aid));
}

function card(
  name: string,
  brand: TestCard['brand'],
  pan: string,
  serviceCode: string,
  ...[funding, currency]: [TestCard['funding'], string]
): TestCard {
  const track2 = `${pan}D${EXPIRY}${serviceCode}0000000000`;
  const secrets = { pin: brand === 'unionpay' ? UNIONPAY_PIN : PIN, applications: [AID[brand]] };
  return { name, brand, pan, expiry: EXPIRY, serviceCode, track2, psn: '001', funding, currency, ...secrets };
}
