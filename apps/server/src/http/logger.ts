import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';

/** An error as the log has it. No other property: those of a driver's errors quote values, addresses and statements. */
const errorOf = (error: unknown, depth = 3): unknown =>
  error instanceof Error
    ? {
        type: error.name,
        message: error.message,
        stack: error.stack,
        ...(error.cause === undefined || depth === 0 ? {} : { cause: errorOf(error.cause, depth - 1) }),
      }
    : error;

/** In bytes: more than this is not kept for a stdout that takes nothing. */
const BACKLOG = 1024 * 1024;

/** Lines wait for 4 KiB or a fifth of a second; at exit the rest is written. */
const stdout = (): DestinationStream => {
  const stream = destination({ fd: 1, sync: false, minLength: 4096, periodicFlush: 200, maxLength: BACKLOG });
  // A full disk under the log must not stop the decisions: what cannot be written is tried again with the next line.
  stream.on('error', () => undefined);
  return stream;
};

/**
 * One JSON object a line, level `info`. Nothing is logged but what a call names, so no body, no header, no query
 * string; the censored fields are a second fence, for a call that should not have been written.
 */
export const createLogger = (to: DestinationStream = stdout()): Logger =>
  pino(
    {
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => errorOf(error) },
      redact: {
        paths: ['authorization', 'headers', 'body', 'token', 'secret', 'password', 'credential', 'email'],
        censor: '[censored]',
      },
    },
    to,
  );

const isStack = (value: unknown): boolean => typeof value === 'string' && value.includes('\n');

/** Nest's own lines, in the same form: `(message, …more, context)`, and an error's stack before the context. */
export const nestLogger = (logger: Logger): LoggerService => {
  const line =
    (level: 'info' | 'warn' | 'error' | 'debug' | 'trace' | 'fatal') =>
    (message: unknown, ...more: unknown[]) => {
      const last = more.at(-1);
      const context = typeof last === 'string' && !isStack(last) ? last : undefined;
      const error = message instanceof Error ? message : more.find((each) => each instanceof Error);
      const stack = more.find(isStack);
      const text =
        message instanceof Error ? message.message : typeof message === 'string' ? message : JSON.stringify(message);
      logger[level](
        {
          ...(context !== undefined && { context }),
          ...(error === undefined ? stack !== undefined && { stack } : { err: error }),
        },
        text,
      );
    };
  return {
    // Nest tells of every module and route at every start: of use to whoever changes them, and to nobody at night.
    log: line('debug'),
    warn: line('warn'),
    error: line('error'),
    debug: line('debug'),
    verbose: line('trace'),
    fatal: line('fatal'),
  };
};
