import { ApiProperty } from '@nestjs/swagger';
import { CVM_RESULTS, LANES } from '@tsunagu/contracts';
import { CURRENCIES, toWireId } from '@tsunagu/kernel';
import type { TerminalRuleBook } from '@tsunagu/payments';

const ENTRY_MODES = ['chip', 'contactless', 'stripe', 'keyed'];
const yen = (description: string) => ({ type: 'integer', minimum: 0, example: 15_000, description }) as const;
const yenOrNull = (description: string) => ({ ...yen(description), nullable: true }) as const;

/** Limits of a tap for cards of one brand, yen. */
export class TapRuleResponse {
  @ApiProperty({ example: 'visa' })
  brand!: string;
  @ApiProperty(yen('Up to here nothing is asked of the holder (CVM limit)'))
  no_cvm_up_to!: number;
  @ApiProperty(yenOrNull('Up to here a card may be tapped at all; null: no limit'))
  tap_up_to!: number | null;
  @ApiProperty(yenOrNull('The same for a phone or watch that verified its holder'))
  device_up_to!: number | null;
  @ApiProperty(yen('Floor limit of the reader; this gateway asks the issuer at every amount'))
  floor_up_to!: number;
  @ApiProperty({
    type: [String],
    enum: CVM_RESULTS,
    description: 'What proves the holder above the CVM limit, beside a PIN',
  })
  proofs!: string[];
  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['enter_pin', 'insert_chip', null],
    description: 'What the payment asks for where the proof is missing; null: it is refused',
  })
  otherwise!: string | null;
  @ApiProperty({ example: 'tap-standard-visa', description: 'Row of the table' })
  rule!: string;
}

/** What is asked of the holder of an inserted chip card. */
export class ChipRuleResponse {
  @ApiProperty({ enum: ['japan', 'abroad'] })
  issued!: string;
  @ApiProperty(yen('Up to here no PIN is asked (PINレス)'))
  pinless_up_to!: number;
  @ApiProperty({ enum: ['allowed', 'refused'], description: 'A signature in place of the PIN' })
  signature!: string;
  @ApiProperty({ example: 'chip-japan-15000', description: 'Row of the table' })
  rule!: string;
}

/** What the acquirer wants to see in `card_present.emv`. */
export class ChipDataRuleResponse {
  @ApiProperty({
    type: [String],
    example: ['95', '9F10', '9F26'],
    description: 'Tags that an inserted card needs there',
  })
  required_tags!: string[];
  @ApiProperty({ type: 'integer', example: 1024 })
  length_bytes_max!: number;
  @ApiProperty({
    enum: ['required', 'wanted'],
    description: 'Whether `fallback_reason` is needed when a chip card is swiped at a reader that takes chips',
  })
  fallback_reason!: string;
}

/** What a terminal may do, and what its payments are held to. */
export class CapabilitiesResponse {
  @ApiProperty({ enum: ['terminal_capabilities'] })
  object!: 'terminal_capabilities';
  @ApiProperty({ example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  terminal_id!: string;
  @ApiProperty({ example: 'str_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  store_id!: string;
  @ApiProperty({ format: 'date', example: '2026-11-22', description: 'Business date that this is for' })
  business_date!: string;
  @ApiProperty({ description: 'A blocked terminal takes no payment' })
  blocked!: boolean;
  @ApiProperty({ type: [String], enum: LANES })
  methods!: string[];
  @ApiProperty({ type: [String], enum: ENTRY_MODES })
  entry_modes!: string[];
  @ApiProperty({
    type: [String],
    enum: Object.keys(CURRENCIES),
    description: 'Currencies in which holders may pay (DCC)',
  })
  dcc_currencies!: string[];
  @ApiProperty({
    example: 'standard',
    description: 'Contract on payment plans; `POST /v1/payment-plans/quote` lists what is legal',
  })
  payment_plan_contract!: string;
  @ApiProperty({ enum: ['pin_pad', 'no_pin_pad'] })
  reader!: string;
  @ApiProperty({ example: 'standard', description: 'Contract on the verification of holders' })
  verification_contract!: string;
  @ApiProperty({ example: '2025-04-01', description: 'Version of the table of verification' })
  table_version!: string;
  @ApiProperty({ type: [TapRuleResponse] })
  taps!: TapRuleResponse[];
  @ApiProperty({ type: [ChipRuleResponse] })
  chips!: ChipRuleResponse[];
  @ApiProperty({ type: ChipDataRuleResponse })
  chip_data!: ChipDataRuleResponse;
}

export function presentCapabilities(book: TerminalRuleBook): CapabilitiesResponse {
  const { terminal, place, version, taps, chips, chipFields } = book;
  return {
    object: 'terminal_capabilities',
    terminal_id: toWireId('trm', terminal.id),
    store_id: toWireId('str', terminal.storeId),
    business_date: place.date,
    blocked: terminal.blocked,
    methods: [...terminal.methods],
    entry_modes: ENTRY_MODES,
    dcc_currencies: [...(terminal.dccCurrencies ?? [])],
    payment_plan_contract: terminal.planContract ?? 'one_time',
    reader: place.reader,
    verification_contract: place.contract,
    table_version: version,
    taps: taps.map(({ brand, row }) => ({
      brand,
      no_cvm_up_to: row.noCvmUpToMinor,
      tap_up_to: row.tapUpToMinor,
      device_up_to: row.deviceUpToMinor,
      floor_up_to: row.floorUpToMinor,
      proofs: [...row.proofs],
      otherwise: row.otherwise,
      rule: row.id,
    })),
    chips: chips.map((row) => ({
      issued: row.issued,
      pinless_up_to: row.pinlessUpToMinor,
      signature: row.signature,
      rule: row.id,
    })),
    chip_data: {
      required_tags: [...chipFields.required],
      length_bytes_max: chipFields.lengthBytesMax,
      fallback_reason: chipFields.fallbackReason,
    },
  };
}
