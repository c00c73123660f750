/**
 * Preloaded into every child: when the supervisor dies without a word, its IPC channel closes.
 * The app then finishes its work and goes; this makes sure that it goes, whatever state it is in.
 */
const GRACE_MS = 10_000;

if (process.channel !== undefined && process.channel !== null) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), GRACE_MS).unref();
  });
  process.channel.unref(); // listening must not keep a finished process alive
}
