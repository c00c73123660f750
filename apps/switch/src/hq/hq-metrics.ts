import { HqLog } from '@tsunagu/acceptor';
import type { AppLogger, Metrics } from '@tsunagu/platform';

type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Numbers and log lines of the lines that come in. */
export class HqMetrics extends HqLog {
  constructor(
    private readonly metrics: Metrics,
    private readonly logger: AppLogger,
  ) {
    super();
  }

  override note(message: string, facts: Facts): void {
    this.logger.log(message, facts);
    const labels = { link: String(facts['link'] ?? ''), what: word(message) };
    this.metrics.counter('tsunagu_hq_events_total', 'Events of lines that come in', ['link', 'what']).inc(labels);
  }

  override alarm(message: string, facts: Facts): void {
    this.logger.error(message, facts);
    this.metrics
      .counter('tsunagu_switch_alarms_total', 'Events somebody must look at', ['what'])
      .inc({ what: word(message) });
  }

  override answered(link: string, mti: string, actionCode: string): void {
    const labels = { link, mti, code: actionCode };
    this.metrics
      .counter('tsunagu_hq_answers_total', 'Answers by message and action code', ['link', 'mti', 'code'])
      .inc(labels);
  }
}

function word(message: string): string {
  return message.replace(/[^a-z]+/g, '_');
}
