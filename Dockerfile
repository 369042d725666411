# Writ in a container. Built from what .dockerignore lets through, and nothing else.
FROM node:20.20.2-bookworm-slim AS builder
WORKDIR /app
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
# One package has machine code of ours to build: from source, against the headers that lie beside this very Node.
# No other package's install script runs.
ENV npm_config_build_from_source=true npm_config_nodedir=/usr/local
RUN npm ci --ignore-scripts --no-audit --no-fund && npm rebuild better-sqlite3
COPY nest-cli.json tsconfig.base.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && cd node_modules/better-sqlite3 \
  && mv build/Release/better_sqlite3.node . \
  && rm -rf build deps src \
  && mkdir -p build/Release \
  && mv better_sqlite3.node build/Release/

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production WRIT_HOST=0.0.0.0 WRIT_DATA_DIR=/data
WORKDIR /app
# Where the embedded store keeps everything: mount a volume here, or lose it with the container. With WRIT_EVENT_STORE it stays empty.
RUN install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=builder /app/package.json ./
COPY --from=builder /app/node_modules node_modules
COPY --from=builder /app/dist dist
# A user that owns nothing but /data. The root file system may be read-only.
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.WRIT_OPS_PORT || process.env.WRIT_PORT || 3000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=64", "dist/apps/server/src/main.js"]
