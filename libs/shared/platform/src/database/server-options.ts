/**
 * A connection string with further start-up options. `pg` lets the ones in the string replace those given beside it, without a word,
 * and the zone's role travels in the string: so they are joined there.
 * @param options as for the command line of the server, `-c name=value`
 */
export function withServerOptions(url: string, options: string): string {
  const joined = new URL(url);
  const given = joined.searchParams.get('options');
  joined.searchParams.set('options', given === null ? options : `${given} ${options}`);
  return joined.href.replaceAll('+', '%20'); // drivers read the query part as a URI, where + is a plus
}
