import { Module } from '@nestjs/common';
import { ConversionQuotes } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { AppConfig, ConfigError } from '@tsunagu/platform';
import { FileRates } from './rates/file-rates.js';
import { HttpRates } from './rates/http-rates.js';
import { QuoteDesk } from './rates/quote-desk.service.js';
import { NoRates, RateProvider } from './rates/rate-provider.js';

/** Rates of an api process: from `DCC_RATES_URL`, or from `DCC_RATES_FILE`, or none. */
@Module({
  providers: [
    {
      provide: RateProvider,
      useFactory: rateProvider,
      inject: [AppConfig, Clock],
    },
    { provide: ConversionQuotes, useClass: QuoteDesk },
  ],
  exports: [ConversionQuotes],
})
export class DccModule {}

/** @throws ConfigError both places are named, or the URL is none */
export function rateProvider(config: AppConfig, clock: Clock): RateProvider {
  const [url, file] = [config.optional('DCC_RATES_URL'), config.optional('DCC_RATES_FILE')];
  if (url !== null && file !== null) throw new ConfigError('DCC_RATES_FILE', 'and DCC_RATES_URL exclude each other');
  if (file !== null) return new FileRates(file, clock);
  if (url === null) return new NoRates();
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ConfigError('DCC_RATES_URL', 'must be a URL of http: or https:');
  return new HttpRates(url.replace(/\/$/, ''));
}
