import 'reflect-metadata';
import type { Logger } from 'pino';
import { E } from '#libs/kernel';
import { type Config, configFrom } from './config.js';
import type { Ending } from './ending.js';
import { createLogger } from './http/logger.js';
import type { Server } from './server.js';

/** How long what is in flight may take to finish, in ms; after that the process ends anyway. */
const LAST_CALL = 9_000;

const finished =
  (server: Server, logger: Logger) =>
  (signal: string): void => {
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

const told = (server: Server, { dataDir, roles }: Config, token: string, logger: Logger): void => {
  process.stdout.write(`Writ serves on ${server.url} (data in ${dataDir}, operator token in ${token})\n`);
  logger.info({ url: server.url, opsUrl: server.opsUrl, roles: [...roles] }, 'serving');
};

/** The server as a process: what the environment says, until a signal ends it. */
export const serve = async (ending: Ending): Promise<void> => {
  const config = configFrom(process.env);
  if (E.isLeft(config)) {
    process.stderr.write(`Writ cannot start:\n${config.left.map((fault) => `  ${fault}\n`).join('')}`);
    process.exit(1);
  }
  const logger = createLogger();
  // A defect that nothing caught: what is in memory cannot be trusted any more, and the log has everything.
  process.on('uncaughtException', (err: unknown) => {
    logger.fatal({ err }, 'a defect: the process ends');
    logger.flush(() => process.exit(1));
  });
  try {
    // Loaded only now: what is wrong with the configuration is told at once.
    const [{ openFoundation }, { startServer }, { operatorTokenFile }] = await Promise.all([
      import('./adapters.js'),
      import('./server.js'),
      import('./operator-token.js'),
    ]);
    const server = await startServer(config.right, openFoundation, logger);
    ending.by(finished(server, logger));
    // only now: whoever reads this line may send a signal at once
    const { dataDir, operatorToken } = config.right;
    const token = operatorToken === undefined ? operatorTokenFile(dataDir) : 'WRIT_OPERATOR_TOKEN';
    told(server, config.right, token, logger);
  } catch (error) {
    process.stderr.write(`Writ cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
};
