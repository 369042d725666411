import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import type { Answer, Client } from './client.js';

export type Algorithm = 'sha256' | 'sha512' | 'hmac-sha256';

/** Secrets, and what other systems would keep of them, in each form; made by another program than ours. */
export const golden = JSON.parse(readFileSync(new URL('./foreign-keys.json', import.meta.url), 'utf8')) as {
  readonly pepper: { readonly hex: string; readonly base64: string };
  readonly keys: ReadonlyArray<{
    readonly name: string;
    readonly secret: string;
    readonly algorithm: Algorithm;
    readonly digests: ReadonlyArray<{ readonly encoding: string; readonly digest: string }>;
  }>;
};

export interface ReportLine {
  readonly line: number;
  readonly status: 'imported' | 'unchanged' | 'refused';
  readonly id: string | null;
  readonly externalId: string | null;
  readonly error: {
    readonly code: string;
    readonly detail: string;
    readonly errors: ReadonlyArray<{ readonly pointer: string; readonly detail: string }>;
  } | null;
}

interface Summary {
  readonly dryRun: boolean;
  readonly imported: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly complete: boolean;
  readonly position: string;
}
export type Report = Summary & { readonly lines: ReadonlyArray<ReportLine> };

export const ndjson = { 'content-type': 'application/x-ndjson' };
const path = '/v1/imports/api-keys';

/** What another system keeps of a secret, as a line of an import has it. */
export const digestLine = (secret: string, more: object, algorithm: Algorithm = 'sha256') => ({
  name: 'old',
  algorithm,
  encoding: 'hex',
  digest:
    algorithm === 'hmac-sha256'
      ? createHmac('sha256', Buffer.from(golden.pepper.hex, 'hex')).update(secret).digest('hex')
      : createHash(algorithm).update(secret).digest('hex'),
  ...more,
});

export const textOf = (lines: ReadonlyArray<unknown>): string => lines.map((line) => JSON.stringify(line)).join('\n');

/** What an import of this text is answered with, whatever that is. */
export const sendImport = (
  client: Client,
  body: string,
  { query = '', headers = {} }: { readonly query?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer<unknown>> =>
  client.ask<unknown>('POST', `${path}${query}`, { body, headers: { ...ndjson, ...headers } });

/** The report on an import, which has to come. */
export const imported = async (
  client: Client,
  lines: ReadonlyArray<unknown> | string,
  dryRun = false,
): Promise<Report> => {
  const text = typeof lines === 'string' ? lines : textOf(lines);
  const { status, body } = await sendImport(client, text, { query: dryRun ? '?dryRun=true' : '' });
  if (status !== 200) throw new Error(`${String(status)} ${JSON.stringify(body)}`);
  return body as Report;
};

/** An import over a connection of its own, sent and read a piece at a time. */
export interface SlowImport {
  readonly request: ClientRequest;
  send(text: string): void;
  /** The next line of the report; undefined when there is none any more. */
  next(): Promise<string | undefined>;
  end(): void;
}

export const slowImport = (client: Client): SlowImport => {
  const sent = request(`${client.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.operatorToken}`, accept: 'application/x-ndjson', ...ndjson },
  });
  const lines = (async function* () {
    const response = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject);
    });
    let text = '';
    for await (const chunk of response) {
      const parts = `${text}${chunk.toString()}`.split('\n');
      text = parts.pop() ?? '';
      yield* parts;
    }
  })();
  sent.flushHeaders();
  return {
    request: sent,
    send: (text) => void sent.write(text),
    next: async () => {
      const { value, done } = await lines.next();
      return done === true ? undefined : value;
    },
    end: () => void sent.end(),
  };
};
