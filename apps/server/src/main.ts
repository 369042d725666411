import 'reflect-metadata';
import { E } from '#libs/kernel';
import { openFoundation } from './adapters.js';
import { configFrom } from './config.js';
import { createLogger } from './http/logger.js';
import { operatorTokenFile } from './operator-token.js';
import { startServer } from './server.js';

/** How long what is in flight may take to finish, in ms; after that the process ends anyway. */
const LAST_CALL = 9_000;

const config = configFrom(process.env);
if (E.isLeft(config)) {
  process.stderr.write(`Writ cannot start:\n${config.left.map((fault) => `  ${fault}\n`).join('')}`);
  process.exit(1);
}
const logger = createLogger();

try {
  const { dataDir, operatorToken } = config.right;
  const server = await startServer(config.right, openFoundation, logger);
  let stopping = false;
  const stop = (signal: string) => {
    // a terminal's Ctrl-C arrives twice under npm: once from the terminal, once passed on
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), LAST_CALL).unref();
    server.close().then(
      () => {
        logger.info('stopped');
        logger.flush(() => process.exit(0));
      },
      (err: unknown) => {
        logger.fatal({ err }, 'could not stop in order');
        logger.flush(() => process.exit(1));
      },
    );
  };
  // A defect that nothing caught: what is in memory cannot be trusted any more, and the log has everything.
  process.on('uncaughtException', (err: unknown) => {
    logger.fatal({ err }, 'a defect: the process ends');
    logger.flush(() => process.exit(1));
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  // only now: whoever reads this line may send a signal at once
  const token = operatorToken === undefined ? operatorTokenFile(dataDir) : 'WRIT_OPERATOR_TOKEN';
  process.stdout.write(`Writ serves on ${server.url} (data in ${dataDir}, operator token in ${token})\n`);
  logger.info({ url: server.url, opsUrl: server.opsUrl, roles: [...config.right.roles] }, 'serving');
} catch (error) {
  process.stderr.write(`Writ cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
