import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GenericContainer, getContainerRuntimeClient, Network, type StartedTestContainer, Wait } from 'testcontainers';

/** The last line of EventStoreDB under a BSD license. */
const IMAGE = 'eventstore/eventstore:23.10.7-bookworm-slim';
const STARTUP = 120_000;

export interface RealServer {
  readonly name: string;
  start(): Promise<{ readonly connectionString: string; stop(): Promise<void> }>;
}

const given = (connectionString: string): RealServer => ({
  name: 'the server of WRIT_TEST_EVENT_STORE',
  start: () => Promise.resolve({ connectionString, stop: () => Promise.resolve() }),
});

const common = {
  EVENTSTORE_RUN_PROJECTIONS: 'None',
  EVENTSTORE_START_STANDARD_PROJECTIONS: 'false',
  EVENTSTORE_MEM_DB: 'true',
};

const oneNode: RealServer = {
  name: `${IMAGE}, one node`,
  start: async () => {
    const container = await new GenericContainer(IMAGE)
      .withEnvironment({ ...common, EVENTSTORE_INSECURE: 'true', EVENTSTORE_CLUSTER_SIZE: '1' })
      .withExposedPorts(2113)
      .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
      .withStartupTimeout(STARTUP)
      .start();
    const where = `${container.getHost()}:${String(container.getMappedPort(2113))}`;
    return {
      connectionString: `esdb://${where}?tls=false`,
      stop: async () => {
        await container.stop();
      },
    };
  },
};

const script = fileURLToPath(new URL('../../deploy/certificates.sh', import.meta.url));

/** The certificates of the cluster in docker-compose.yml, for names and addresses that a test on this machine uses. */
const certificates = (): string => {
  const directory = join(mkdtempSync(join(tmpdir(), 'writ-certificates-')), 'made');
  const local = 'IP:127.0.0.1,DNS:localhost';
  const env = { CERTIFICATES: directory, KEEP_OWNER: '1', ALSO_EVENTSTOREDB_1: local, ALSO_EVENTSTOREDB_2: local };
  const made = spawnSync(script, ['make'], { env: { ...process.env, ...env, ALSO_EVENTSTOREDB_3: local } });
  if (made.status !== 0) throw new Error(`no certificates: ${made.stderr.toString()}`);
  return directory;
};

const members = [1, 2, 3].map((n) => ({ name: `eventstoredb-${String(n)}`, port: 12_110 + n }));

const threeNodes: RealServer = {
  name: `${IMAGE}, a cluster of three with TLS`,
  start: async () => {
    const directory = certificates();
    const network = await new Network().start();
    const started: StartedTestContainer[] = await Promise.all(
      members.map(({ name, port }) =>
        new GenericContainer(IMAGE)
          .withEnvironment({
            ...common,
            EVENTSTORE_CLUSTER_SIZE: '3',
            EVENTSTORE_DISCOVER_VIA_DNS: 'false',
            EVENTSTORE_GOSSIP_SEED: members
              .filter((other) => other.name !== name)
              .map((other) => `${other.name}:2113`)
              .join(','),
            EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: name,
            EVENTSTORE_NODE_HOST_ADVERTISE_AS: name,
            EVENTSTORE_ADVERTISE_HOST_TO_CLIENT_AS: '127.0.0.1',
            EVENTSTORE_ADVERTISE_NODE_PORT_TO_CLIENT_AS: String(port),
            EVENTSTORE_CERTIFICATE_FILE: '/certs/node.crt',
            EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE: '/certs/node.key',
            EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH: '/certs/ca',
          })
          .withNetwork(network)
          .withNetworkAliases(name)
          .withExposedPorts({ container: 2113, host: port })
          .withCopyDirectoriesToContainer([
            { source: join(directory, name), target: '/certs', mode: 0o644 },
            { source: join(directory, 'ca'), target: '/certs/ca', mode: 0o644 },
          ])
          .withStartupTimeout(STARTUP)
          .start(),
      ),
    );
    const hosts = members.map(({ port }) => `127.0.0.1:${String(port)}`).join(',');
    const ca = encodeURIComponent(join(directory, 'ca', 'ca.crt'));
    return {
      connectionString: `esdb://admin:changeit@${hosts}?tls=true&tlsCAFile=${ca}`,
      stop: async () => {
        await Promise.all(started.map((container) => container.stop()));
        await network.stop();
        rmSync(join(directory, '..'), { recursive: true });
      },
    };
  },
};

/** The servers there are to test against, and why there are no others. Asked for and not answering is a failure, never a pass. */
export const realServers = async (): Promise<{ readonly servers: ReadonlyArray<RealServer>; readonly why: string }> => {
  const asked = process.env['WRIT_TEST_EVENT_STORE'];
  if (asked !== undefined && asked !== '') return { servers: [given(asked)], why: 'WRIT_TEST_EVENT_STORE names it' };
  try {
    await getContainerRuntimeClient();
    return { servers: [oneNode, threeNodes], why: 'there is a container engine' };
  } catch {
    return { servers: [], why: 'WRIT_TEST_EVENT_STORE is not set, and there is no container engine' };
  }
};
