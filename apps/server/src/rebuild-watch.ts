import type { Logger } from 'pino';
import { type RebuildCheck, RebuildWatch } from '#libs/authorization';

/** The check of this node's state against the log that goes on all the time; a difference is the worst that can be told. */
export const rebuildWatch = (check: RebuildCheck, logger: Logger): RebuildWatch =>
  new RebuildWatch(
    check,
    ({ differences, differing, digest, streams }) => {
      if (differences === 0) logger.info({ digest, streams }, 'the state is what the log says');
      else logger.fatal({ differences, differing, digest }, 'the state is not what the log says: restart this node');
    },
    (err) => {
      logger.warn({ err }, 'the state could not be checked against the log');
    },
  );
