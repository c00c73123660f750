import { parseArgs } from 'node:util';
import { Trouble } from '../postgres/binaries.mjs';

export const HELP = `npm start -- [options]      start everything: database, api, worker, vault, switch, simulator

  --once         start, take one payment of each kind, compare both sets of books, stop; exit 0 or 1
  --reset        forget all data of this sandbox first
  --data DIR     keep the data in DIR (default .tsunagu)
  --switches N   replicas of the switch, 1 to 3 (default 1): each link is led by one of them, and handed over in seconds
  --port N       port of the API (default 4000; 0 = any free one)
  --help         this text

Environment:
  DATABASE_URL   an external PostgreSQL 15+ (a login that may create roles); left out: the embedded one
  REDIS_URL      queue on Redis or Valkey; left out: queue on PostgreSQL
  LOG_LEVEL      silent, error, warn, info (default) or debug

The sandbox is described in DIR/sandbox.json; logs are in DIR/log/. Ctrl-C stops everything.`;

/** @throws {Trouble} an unknown option or a wrong value */
export function readOptions(args) {
  const values = parse(args);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new Trouble('--port takes a number from 0 to 65535');
  }
  const switches = Number(values.switches);
  if (![1, 2, 3].includes(switches)) throw new Trouble('--switches takes 1, 2 or 3');
  return { ...values, port, switches };
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        once: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        data: { type: 'string', default: '.tsunagu' },
        port: { type: 'string' },
        switches: { type: 'string', default: '1' },
      },
    }).values;
  } catch (error) {
    throw new Trouble(`${error.message.split('\n')[0]}; "npm start -- --help" shows the options`);
  }
}
