import { ApiProperty } from '@nestjs/swagger';
import { ListOf } from '../lists/list.response.js';
import { CardPresentRequest, MoneyRequest, PinBlockRequest } from '../payments/create-payment.request.js';

/** A part of the body of `POST /v1/payments`, ready to be sent: nothing stands in it that the route does not take. */
export class PresentedCardResponse {
  @ApiProperty({ example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  terminal_id!: string;
  @ApiProperty({ type: MoneyRequest })
  money!: MoneyRequest;
  @ApiProperty({
    type: CardPresentRequest,
    description: 'Under the next transaction key of the reader',
    example: {
      format: 'dukpt_aes',
      ksn: '123456789012345600000001',
      iv: '9C'.repeat(16),
      ciphertext: '9C'.repeat(48),
      mac: '9C'.repeat(16),
      entry_mode: 'contactless',
    },
  })
  card_present!: CardPresentRequest;
}

/** The body of `POST /v1/payments/{id}/continue` that waits for a PIN. */
export class EnteredPinResponse {
  @ApiProperty({
    type: PinBlockRequest,
    example: { format: 'iso4', ksn: '123456789012345600000002', data: '9C'.repeat(16) },
  })
  pin_block!: PinBlockRequest;
}

class BilingualResponse {
  @ApiProperty({ example: 'タッチ、本人確認なし' })
  ja!: string;
  @ApiProperty({ example: 'Tap, no verification' })
  en!: string;
}

/** A test card and the way in which it is shown. Its number stays in the simulator. */
export class TestCardResponse {
  @ApiProperty({ enum: ['test_card'] })
  object!: 'test_card';
  @ApiProperty({ example: 'jcb' })
  name!: string;
  @ApiProperty({ example: 'jcb' })
  brand!: string;
  @ApiProperty({ example: '353011' })
  bin6!: string;
  @ApiProperty({ example: '0000' })
  last4!: string;
  @ApiProperty({ example: 'credit' })
  funding!: string;
  @ApiProperty({ example: 'JPY', description: 'Currency in which the holder is billed' })
  currency!: string;
  @ApiProperty({ example: 'contactless', description: 'How it is read when `entry_mode` is left out' })
  entry_mode!: string;
  @ApiProperty({ description: 'Whether its holder types a PIN when `pin` is left out' })
  types_pin!: boolean;
  @ApiProperty({ type: BilingualResponse, description: 'What it is for' })
  does!: BilingualResponse;
}

export class TestCardListResponse extends ListOf(TestCardResponse) {}
