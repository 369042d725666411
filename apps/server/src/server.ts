import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Reflector } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { Engine } from './engine.js';
import type { Foundation } from './foundation.js';
import { refuseHalfRestored } from './half-restored.js';
import { AccessGuard } from './http/access.guard.js';
import { createHttpApp } from './http/http-app.js';
import { IdempotencyInterceptor } from './http/idempotency.interceptor.js';
import { MinPositionGuard, MinPositionWait } from './http/min-position.js';
import { QueryGuard } from './http/query.guard.js';
import { ApiDescription } from './openapi/description.js';
import { EngineMetrics } from './operations/engine-metrics.js';
import { loadOperatorToken } from './operator-token.js';
import { commandNames, OperationsModule, ServerModule } from './server.module.js';

export interface Server {
  /** The address in use, `http://host:port`. */
  readonly url: string;
  readonly opsUrl: string;
  readonly engine: Engine;
  /** The door of every command, beside HTTP. */
  readonly commands: CommandBus;
  /** Stops accepting, finishes what is in flight, lets go of everything. */
  close(): Promise<void>;
}

export type OpenFoundation = (config: Config) => Promise<Omit<Foundation, 'operatorToken'>>;

const listening = async (app: NestFastifyApplication, host: string, port: number): Promise<string> => {
  await app.listen(port, host);
  const { address, port: bound, family } = app.getHttpServer().address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${String(bound)}`;
};

/** How often connections are looked for that fell idle while the server closes, in ms: Node itself looks only once. */
const SWEEP = 100;

const closed = async (app: NestFastifyApplication): Promise<void> => {
  const sweep = setInterval(() => {
    app.getHttpServer().closeIdleConnections();
  }, SWEEP);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
};

const keepsFiles = ({ eventStore, vault, masterKey, operatorToken }: Config): boolean =>
  eventStore === 'embedded' || [vault, masterKey, operatorToken].includes(undefined);

/** Opens the log and the vault, folds the state, and serves. */
export const startServer = async (config: Config, open: OpenFoundation, logger: Logger): Promise<Server> => {
  // A node with nothing of its own may have a disk that it cannot write.
  if (keepsFiles(config)) mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const foundation = await open(config);
  const operatorToken = loadOperatorToken(config.dataDir, config.operatorToken);
  const engine = new Engine({ ...foundation, operatorToken }, config, logger);
  try {
    // Asked once more: a restore that began since the vault was opened has found the heartbeat of this node, or is found here.
    await engine.start(() => refuseHalfRestored(foundation.vault));
  } catch (error) {
    await engine.stop();
    throw error;
  }

  const metrics = new EngineMetrics(engine, config.roles);
  const options = { logger, tokens: engine.tokens, requests: metrics.requests };
  const module = ServerModule.of(engine, config.roles, config.opsPort === undefined, metrics);
  const app = await createHttpApp(module, options);
  metrics.commands.watch(app.get(CommandBus), config.roles.has('admin') ? commandNames : []);
  const reflector = new Reflector();
  app.useGlobalGuards(
    new MinPositionWait(engine.tokens, engine.store, engine.readSide),
    new AccessGuard(reflector, engine.authentication, engine.live, engine.freshness),
    new QueryGuard(reflector),
    new MinPositionGuard(),
  );
  app.useGlobalInterceptors(new IdempotencyInterceptor(reflector, engine.idempotency, engine.personal));
  const url = await listening(app, config.host, config.port);
  app.get(ApiDescription).servedAt(config.publicUrl ?? url);
  const apps = [app];
  let opsUrl = url;
  if (config.opsPort !== undefined) {
    const ops = await createHttpApp(OperationsModule.of(engine, metrics), options);
    ops.useGlobalGuards(new QueryGuard(reflector));
    opsUrl = await listening(ops, config.host, config.opsPort);
    apps.push(ops);
  }
  return {
    url,
    opsUrl,
    engine,
    commands: app.get(CommandBus),
    close: async () => {
      await Promise.all(apps.map(closed));
      await engine.stop();
    },
  };
};
