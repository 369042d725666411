import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connectionFrom } from './connection.js';

const secret = 'hunter2-%21x';
const said = (text: string): string => {
  try {
    connectionFrom(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing';
};

describe('a connection string', () => {
  it('names one node, or several of a cluster, or a name to look up', () => {
    expect(connectionFrom('esdb://db').settings).toMatchObject({ endpoint: { address: 'db', port: 2113 } });
    expect(connectionFrom('esdb://a:1,b:2,[::1]:3').settings).toMatchObject({
      endpoints: [
        { address: 'a', port: 1 },
        { address: 'b', port: 2 },
        { address: '[::1]', port: 3 },
      ],
    });
    expect(connectionFrom('esdb+discover://cluster.dns:2113').settings).toMatchObject({
      discover: { address: 'cluster.dns', port: 2113 },
    });
  });

  it('has credentials, decoded, and tells of them to nobody', () => {
    const { credentials, where } = connectionFrom(`esdb://ad%40min:${secret}@a,b`);
    expect(credentials).toEqual({ username: 'ad@min', password: 'hunter2-!x' });
    expect(where).toBe('a:2113, b:2113');
  });

  it('sends no credentials without TLS', () => {
    const { credentials, channel } = connectionFrom(`esdb://admin:${secret}@a?tls=false`);
    expect([credentials, channel.insecure]).toEqual([undefined, true]);
  });

  it('has options in whatever spelling the client takes them', () => {
    const { settings } = connectionFrom('esdb://a?TLS=true&keep-alive-interval=20000&gossip_timeout=3');
    expect(settings).toMatchObject({ keepAliveInterval: 20_000, gossipTimeout: 3 });
  });

  it('names the CA that the server is verified by', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-ca-'));
    writeFileSync(join(directory, 'ca.crt'), 'a certificate');
    const { channel } = connectionFrom(`esdb://a?tlsCAFile=${encodeURIComponent(join(directory, 'ca.crt'))}`);
    expect(channel).toEqual({ insecure: false, rootCertificate: Buffer.from('a certificate') });
    rmSync(directory, { recursive: true });
  });
});

describe('a connection string that would do harm', () => {
  it.each([
    ['esdb+discover://a,b', 'takes one name'],
    ['esdb://a?tlsVerifyCert=false', 'has no effect'],
    ['esdb://a?throwOnAppendFailure=false', 'stays true'],
    ['esdb://a?nodePreference=follower', 'only the leader has everything'],
    ['esdb://a?nodePreference=', 'only the leader has everything'],
    ['esdb://a?tls=no', 'true or false'],
    ['esdb://a?gossipTimeout=soon', 'not a whole number'],
    ['esdb://a?tlsCAFile=/nowhere/ca.crt', 'cannot be read'],
    ['esdb://a?colour=red', 'not known'],
    ['esdb://a:b:c', 'not host:port'],
    ['esdb://', 'expected esdb://'],
    ['http://a', 'expected esdb://'],
  ])('%s is refused: %s', (text, why) => {
    expect(said(text)).toMatch(/^WRIT_EVENT_STORE: /u);
    expect(said(text)).toContain(why);
  });

  it('is never repeated, whatever is wrong with it', () => {
    const part = fc.constantFrom(
      'esdb://',
      'admin:',
      secret,
      '@',
      'a',
      ',',
      '?',
      '&',
      '=',
      '/',
      ':',
      'tls=no',
      'x=y',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        expect(said(['esdb://admin:', secret, '@', ...parts].join(''))).not.toContain('hunter2');
      }),
    );
  });
});
